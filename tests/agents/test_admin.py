"""The operators' pages answer, and facts cannot be changed there."""

import pytest
from django.contrib import admin
from django.test import Client
from django.urls import reverse

from agents.engine import runner
from agents.models import AgentState, Attempt, Generation, Job, Message, Session, Step
from agents.services import jobs
from projects.models import Project, User

pytestmark = pytest.mark.django_db(transaction=True)
PAGES = (Job, Generation, Session, Message, AgentState)


@pytest.fixture
def staff(owner: User) -> Client:
    owner.is_staff = owner.is_superuser = True
    owner.save(update_fields=["is_staff", "is_superuser"])
    client = Client()
    client.force_login(owner, backend="django.contrib.auth.backends.ModelBackend")
    return client


def test_every_page_answers_and_facts_are_read_only(staff: Client, project: Project, owner: User):
    runner.execute(jobs.start(project=project, text="A reading list", by=owner, model="demo/reading-list").pk)
    for model in PAGES:
        name = f"admin:agents_{model._meta.model_name}"
        row = model.objects.all()[0]
        assert staff.get(reverse(f"{name}_changelist")).status_code == 200
        assert staff.get(reverse(f"{name}_changelist"), {"q": "x"}).status_code == 200
        assert staff.get(reverse(f"{name}_change", args=[row.pk])).status_code == 200
        may_add = model is Session
        assert staff.get(reverse(f"{name}_add")).status_code == (200 if may_add else 403)
    before = Job.objects.values().get()
    assert staff.post(reverse("admin:agents_job_change", args=[before["id"]]), {"state": "queued"}).status_code == 403
    assert Job.objects.values().get() == before


def test_every_model_is_registered_or_shown_within_another():
    within = {Attempt, Step}
    assert all(admin.site.is_registered(model) for model in PAGES)
    assert not any(admin.site.is_registered(model) for model in within)
