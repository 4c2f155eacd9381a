"""The lock that an install writes becomes part of the change, and of no reply."""

import json

import pytest

from agents.engine import locking
from agents.enums import JobKind
from agents.models import Job
from agents.services import jobs, packages
from projects.models import Project, User, Version
from projects.services import files
from projects.store.trees import Entry
from sandboxes.models import Command, Sandbox
from sandboxes.runtime import lifecycle
from sandboxes.services import packages as listing
from tests.agents.engine.whole import run, tree
from tests.sandboxes import apps, registry

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.box, pytest.mark.node]

WANTED = apps.REACT["package.json"].replace('"react":', '"clsx": "2.1.0", "react":')


@pytest.fixture
def app(project: Project, owner: User, settings):
    registry.reach(settings)
    contents = {**apps.REACT, "package.json": WANTED}
    pairs = [(path, files.Content(text.encode())) for path, text in contents.items()]
    files.save_all(project.branches.get(), pairs, by=owner, message="An app")
    yield project
    for sandbox in Sandbox.objects.filter(project=project):
        lifecycle.destroy(sandbox)


def install(project: Project, owner: User) -> Job:
    return run(jobs.start(project=project, text="", by=owner, model="own-model", kind=JobKind.INSTALL))


def test_an_install_keeps_its_lock_and_the_next_one_keeps_to_it(app: Project, owner: User):
    job = install(app, owner)
    assert (job.state, job.error) == ("completed", None)
    assert Version.objects.count() == 2
    lock = json.loads(tree(app)["package-lock.json"])
    assert lock["packages"]["node_modules/clsx"]["version"] == "2.1.0"
    assert "resolved" not in lock["packages"]["node_modules/clsx"]
    again = install(app, owner)
    assert (again.state, again.output["version"], Version.objects.count()) == ("completed", None, 2)
    assert Command.objects.filter(kind="install").count() == 1


def test_a_package_that_was_added_without_a_version_is_held_to_the_one_it_came_at(app: Project, owner: User):
    changed = packages.add(app.branches.get(), ["clsx@latest"], by=owner)
    assert changed.job is not None
    job = run(changed.job)
    assert (job.state, job.error) == ("completed", None)
    wanted, lock = (json.loads(tree(app)[path]) for path in ("package.json", "package-lock.json"))
    version = lock["packages"]["node_modules/clsx"]["version"]
    assert wanted["dependencies"]["clsx"] == f"^{version}" == lock["packages"][""]["dependencies"]["clsx"]
    again = install(app, owner)
    assert (again.state, again.output["version"]) == ("completed", None)
    assert Command.objects.filter(kind="install").count() == 1
    [shown] = [one for one in listing.of(app.branches.get()).packages if one.name == "clsx"]
    assert (shown.installed, shown.wanted) == (version, f"^{version}")


def test_an_install_that_fails_says_of_what_kind_and_what_to_do(app: Project, owner: User):
    wrong = WANTED.replace('"clsx": "2.1.0"', '"clsx": "99.0.0"')
    files.save(app.branches.get(), "package.json", wrong.encode(), by=owner)
    job = install(app, owner)
    assert job.error is not None
    assert (job.state, job.error["code"]) == ("failed", "install_failed")
    assert "The registry has the package, but not at this version." in job.error["message"]
    assert job.error["user_action"] == "Ask for another version, or for the newest."
    assert "package-lock.json" not in tree(app)


def test_a_registry_that_is_none_of_ours_is_told_of(app: Project, owner: User):
    files.save(app.branches.get(), ".npmrc", b"@ours:registry=https://registry.invalid/\n", by=owner)
    wanted = WANTED.replace('"clsx": "2.1.0"', '"@ours/clsx": "2.1.1"')
    files.save(app.branches.get(), "package.json", wanted.encode(), by=owner)
    job = install(app, owner)
    assert job.error is not None
    assert (job.state, job.error["code"]) == ("failed", "install_failed")
    assert job.error["user_action"] == "Only packages from the registries of this installation can be installed."


def test_what_the_replies_made_is_told_apart(job: Job):
    lock, older, page = Entry("a" * 64, 2), Entry("b" * 64, 2), Entry("c" * 64, 2)
    staged, base = {"package-lock.json": lock, "index.html": page}, {"package-lock.json": older}
    assert locking.put_back(job, staged, base) == staged
    job.steps.create(key="install-2", ordinal=1, role="tester", title="Install", output={"lock": lock.sha256})
    assert locking.put_back(job, staged, base) == {"package-lock.json": older, "index.html": page}
    assert locking.put_back(job, staged, {}) == {"index.html": page} == locking.without(staged)
    assert locking.put_back(job, {"index.html": page}, base) == {"index.html": page}
