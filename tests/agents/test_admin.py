"""The operators' pages answer, and facts cannot be changed there."""

from typing import Any

import pytest
from django.contrib import admin
from django.contrib.auth.models import Permission
from django.contrib.messages import get_messages
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from agents import tasks
from agents.engine import replaying, runner
from agents.models import AgentState, Attempt, Generation, Job, Message, Replay, Session, Step
from agents.services import jobs, parcels
from projects.models import Project, User
from tests.agents.engine.whole import build_without_a_box

pytestmark = pytest.mark.django_db(transaction=True)
PAGES = (Job, Generation, Session, Message, AgentState, Replay)


@pytest.fixture
def staff(owner: User) -> Client:
    owner.is_staff = owner.is_superuser = True
    owner.save(update_fields=["is_staff", "is_superuser"])
    client = Client()
    client.force_login(owner, backend="django.contrib.auth.backends.ModelBackend")
    return client


def test_every_page_answers_and_facts_are_read_only(staff: Client, project: Project, owner: User):
    runner.execute(jobs.start(project=project, text="A reading list", by=owner, model="demo/reading-list").pk)
    Replay.objects.create(job=Job.objects.get())
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


# --- run again -------------------------------------------------------------------------------------


def test_chosen_jobs_are_run_again_with_the_model_that_is_named(staff: Client, stopped: Job, owner: User):
    waiting = jobs.start(project=stopped.project, text="Another", by=owner)
    said = act(staff, "rerun", stopped, waiting, model="demo/kanban")
    assert "Run again: 1 asked for, each on a branch of its own." in said
    assert f"{waiting}: This job is queued. It can be run again when it has ended." in said
    again = Job.objects.get(rerun_of=stopped)
    assert (again.model, again.branch.name, again.created_by) == ("demo/kanban", "again-kanban-1", owner)


def test_without_a_model_nothing_is_run_again(staff: Client, stopped: Job):
    assert act(staff, "rerun", stopped) == [f"{stopped}: Say which model is to do it."]
    assert Job.objects.count() == 1


def test_who_may_not_add_jobs_runs_none_again(stopped: Job, owner: User):
    act(clerk(owner), "rerun", stopped, model="demo")
    assert Job.objects.count() == 1
    act(clerk(owner, "add_job", email="chief@example.org"), "rerun", stopped, model="demo")
    assert Job.objects.count() == 2


# --- replay and record -----------------------------------------------------------------------------


@pytest.fixture
def sent(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What would be on its way to a worker: there is no broker in this test."""
    letters: list[str] = []
    monkeypatch.setattr(tasks.replay_job, "delay", letters.append)
    return letters


@pytest.fixture
def stopped(project: Project, owner: User) -> Job:
    job = jobs.start(project=project, text="A reading list", by=owner, model="demo/reading-list")
    jobs.stop(job, by=owner)
    return job


def act(client: Client, action: str, *chosen: Job, **more: str) -> list[str]:
    """What the page says afterwards."""
    ids = [str(job.pk) for job in chosen]
    answer = client.post(reverse("admin:agents_job_changelist"), {"action": action, "_selected_action": ids, **more})
    assert answer.status_code in (200, 302)
    return [str(message) for message in get_messages(answer.wsgi_request)]


def clerk(owner: User, *may: str, email: str = "clerk@example.org") -> Client:
    """On the staff, and allowed to see jobs and what is named."""
    user = User.objects.create_user(email, is_staff=True)
    user.user_permissions.set(Permission.objects.filter(codename__in=("view_job", *may)))
    client = Client()
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    return client


@pytest.mark.parametrize(("action", "label"), [("replay", "Replay"), ("record", "Record as demo")])
def test_chosen_jobs_are_asked_for_and_a_worker_is_told(
    staff: Client, stopped: Job, sent: list[str], action: str, label: str
):
    assert act(staff, action, stopped) == [f"{label}: 1 asked for. What comes of it stands under Replays."]
    row = Replay.objects.get()
    by = stopped.created_by
    assert (row.job, row.purpose, row.created_by, row.verdict, sent) == (stopped, action, by, "", [str(row.pk)])
    assert label in staff.get(reverse("admin:agents_job_change", args=[stopped.pk])).content.decode()


def test_a_job_that_may_go_on_is_left_out_with_a_sentence(staff: Client, stopped: Job, owner: User, sent: list[str]):
    waiting = jobs.start(project=stopped.project, text="Another", by=owner)
    said = act(staff, "replay", stopped, waiting)
    assert f"{waiting}: This job is queued. It can be replayed when it is at rest." in said
    assert [row.job for row in Replay.objects.all()] == [stopped]


@pytest.mark.parametrize(
    ("may", "offered"),
    [((), []), (("add_replay",), ["replay"]), (("record_demo",), ["record"]), (("change_job", "view_replay"), [])],
)
def test_who_may_not_is_not_offered_it_and_cannot_do_it(
    stopped: Job, owner: User, sent: list[str], may: tuple[str, ...], offered: list[str]
):
    client = clerk(owner, *may)
    page = client.get(reverse("admin:agents_job_changelist")).content.decode()
    assert [action for action in ("replay", "record") if f'value="{action}"' in page] == offered
    for action in ("replay", "record"):
        act(client, action, stopped)
    assert [row.purpose for row in Replay.objects.all()] == offered
    assert len(sent) == len(offered)


def test_nobody_from_outside_gets_there(stopped: Job, owner: User, sent: list[str]):
    visitor = User.objects.create_user("visitor@example.org")
    client = Client()
    client.force_login(visitor, backend="django.contrib.auth.backends.ModelBackend")
    for one in (client, Client()):
        answer = one.post(
            reverse("admin:agents_job_changelist"), {"action": "replay", "_selected_action": [str(stopped.pk)]}
        )
        assert answer.status_code == 302
        assert "/login" in answer["Location"]
    assert (Replay.objects.count(), sent) == (0, [])


# --- options, out and in -----------------------------------------------------------------------------


@pytest.fixture
def built(project: Project, owner: User) -> Job:
    return build_without_a_box(jobs.start(project=project, text="A list", by=owner, model="demo/reading-list"))


def chosen(client: Client, action: str, *jobs_chosen: Job, **more: str) -> Any:
    ids = [str(job.pk) for job in jobs_chosen]
    form = {"action": action, "_selected_action": ids, **more}
    return client.post(reverse("admin:agents_job_changelist"), form)


def test_a_replay_with_options(staff: Client, built: Job, sent: list[str]):
    chosen(staff, "replay", built, from_step="implement-2", into=" again ")
    row = Replay.objects.get()
    assert (row.from_step, row.into, sent) == ("implement-2", "again", [str(row.pk)])
    replaying.settle(row.pk)
    page = staff.get(reverse("admin:agents_job_change", args=[built.pk])).content.decode()
    assert "on the new branch" in page
    said = chosen(staff, "replay", built, from_step="nothing")
    assert "has no step “nothing”" in [str(one) for one in get_messages(said.wsgi_request)][-1]
    assert Replay.objects.count() == 1


def test_one_job_is_exported_and_two_are_not(staff: Client, built: Job, stopped: Job):
    answer = chosen(staff, "export", built)
    assert answer.content == b"".join(parcels.export(built).pieces)
    assert chosen(staff, "export", built, stopped).status_code == 302
    waiting = jobs.start(project=built.project, text="Another", by=built.created_by)
    said = chosen(staff, "export", waiting)
    assert "This job is queued." in [str(one) for one in get_messages(said.wsgi_request)][-1]


def test_an_exported_job_is_taken_in(staff: Client, built: Job, owner: User):
    file = b"".join(parcels.export(built).pieces)
    place = reverse("admin:agents_job_import")
    assert place in staff.get(reverse("admin:agents_job_changelist")).content.decode()
    assert staff.get(place).status_code == 200
    into = {"project": f"{built.project.owner.handle}/{built.project.slug}"}
    answer = staff.post(place, {"file": SimpleUploadedFile("a.zip", file), **into})
    came = Job.objects.get(imported_at__isnull=False)
    assert answer["Location"] == reverse("admin:agents_job_change", args=[came.pk])
    assert (came.project, came.created_by) == (built.project, owner)
    assert staff.get(answer["Location"]).status_code == 200
    staff.post(place, {"file": SimpleUploadedFile("a.zip", file), "owner": owner.email, "name": "Brought"})
    assert Project.objects.get(name="Brought").owner == owner


@pytest.mark.parametrize("wrong", [{"project": "x/y"}, {"owner": "nobody@example.org"}, {"file": b"no zip"}])
def test_what_cannot_be_taken_in_is_said(staff: Client, built: Job, wrong: dict[str, Any]):
    file = wrong.get("file") or b"".join(parcels.export(built).pieces)
    form = {**wrong, "file": SimpleUploadedFile("a.zip", file)}
    answer = staff.post(reverse("admin:agents_job_import"), form)
    assert (answer.status_code, Job.objects.count(), Project.objects.count()) == (422, 1, 1)
    assert "errorlist" in answer.content.decode()


def test_who_may_only_look_neither_exports_nor_imports(built: Job, owner: User):
    client = clerk(owner)
    page = client.get(reverse("admin:agents_job_changelist")).content.decode()
    assert 'value="export"' not in page
    assert reverse("admin:agents_job_import") not in page
    assert "Content-Disposition" not in chosen(client, "export", built)
    assert client.get(reverse("admin:agents_job_import")).status_code == 403
