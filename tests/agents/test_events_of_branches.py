"""Events from before they knew their branch are told apart."""

from importlib import import_module

import pytest
from django.apps import apps
from django.db import transaction

from agents.models import Job
from agents.services import jobs
from projects import feed
from projects.models import Event, Project, User
from projects.services import branches, files
from sandboxes.enums import SandboxState
from sandboxes.runtime import states
from sandboxes.services import sandboxes

migration = import_module("agents.migrations.0009_events_of_branches")


@pytest.mark.django_db
def test_each_finds_its_branch_again_by_its_job_its_box_or_its_words(project: Project, owner: User):
    night = branches.create(project, "night", by=owner)
    for branch, text in ((night, "By night"), (project.branches.get(name="main"), "By day")):
        jobs.start(project=project, branch=branch, text=text, by=owner)
        files.save(branch, "a.txt", text.encode(), by=owner)
        states.move(sandboxes.for_branch(branch), SandboxState.CREATING)
    with transaction.atomic():
        feed.record(project, "member_left", {"handle": "h", "name": "Ada", "removed": False})
    known = dict(Event.objects.values_list("seq", "branch_id"))
    assert len([branch for branch in known.values() if branch == night.pk]) >= 5
    assert None in known.values()
    Event.objects.update(branch=None)
    migration.tell_apart(apps, None)
    assert dict(Event.objects.values_list("seq", "branch_id")) == known


@pytest.mark.django_db
def test_what_says_nothing_more_is_of_main(job: Job, project: Project, owner: User):
    branches.create(project, "night", by=owner)
    Job.objects.all().delete()
    Event.objects.update(branch=None)
    migration.tell_apart(apps, None)
    told = Event.objects.exclude(job_ref=None)
    assert (told.count() > 0, {event.branch_id for event in told}) == (True, {job.branch_id})
