"""The lock that an install writes becomes part of the change, and of no reply."""

import json

import pytest

from agents.engine import install as installing
from agents.engine import locking, replay
from agents.enums import JobKind
from agents.models import Job
from agents.services import jobs, packages
from projects.models import Project, User, Version
from projects.services import files
from projects.store.trees import Entry
from sandboxes.models import Command, Sandbox
from sandboxes.packages import troubles
from sandboxes.runtime import lifecycle
from sandboxes.services import packages as listing
from tests.agents.engine.replies import edit, says
from tests.agents.engine.whole import in_background, run, tree, work_on
from tests.fakes.model_server import ModelServer
from tests.installation import wait_for
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


def test_a_job_of_a_model_takes_the_lock_along_and_its_replies_give_the_rest(
    server: ModelServer, app: Project, owner: User
):
    change = edit("src/App.tsx", "Tally of one", "Tally of two")
    server.will(says(f"Two it is.\n\nnpm install ms@2.1.2\n\n{change}"))
    job = run(jobs.start(project=app, text="Two of them", by=owner, model="own-model"))
    assert (job.state, job.error) == ("completed", None)
    lock = json.loads(tree(app)["package-lock.json"])
    assert lock["packages"]["node_modules/ms"]["version"] == "2.1.2"
    assert Version.objects.count() == 2
    outcome = replay.run(job)
    assert (outcome.is_identical, outcome.differences) == (True, ())
    assert "package-lock.json" not in outcome.scratch.manifest()


def test_an_install_that_is_stopped_leaves_the_list_as_the_person_wrote_it(app: Project, owner: User):
    slow = json.loads(WANTED) | {"scripts": {"preinstall": "sleep 60"}}
    files.save(app.branches.get(), "package.json", json.dumps(slow).encode(), by=owner)
    job = jobs.start(project=app, text="", by=owner, model="own-model", kind=JobKind.INSTALL)
    working = in_background(job)
    wait_for(lambda: Command.objects.filter(kind="install", state="running").exists(), what="the install", seconds=60)
    assert jobs.stop(job, by=owner)
    working.join(30)
    job.refresh_from_db()
    assert (job.state, Version.objects.count()) == ("cancelled", 2)
    assert not Command.objects.filter(state="running").exists()
    last = listing.of(app.branches.get()).last
    assert last is not None
    assert last.trouble == troubles.STOPPED
    files.save(app.branches.get(), "package.json", WANTED.encode(), by=owner)
    assert install(app, owner).state == "completed"
    assert "package-lock.json" in tree(app)


def test_a_box_that_is_killed_while_it_installs_is_made_anew(app: Project, owner: User):
    """What had been fetched is gone with it, what was written is not."""
    slow = json.loads(WANTED) | {"scripts": {"preinstall": "test -e /tmp/once || { touch /tmp/once; sleep 5; }"}}
    files.save(app.branches.get(), "package.json", json.dumps(slow).encode(), by=owner)
    job = jobs.start(project=app, text="", by=owner, model="own-model", kind=JobKind.INSTALL)
    working = in_background(job)
    wait_for(lambda: Command.objects.filter(kind="install", state="running").exists(), what="the install", seconds=60)
    lifecycle.destroy(Sandbox.objects.get(project=app))
    working.join(60)
    assert run(job).state == "completed"
    assert json.loads(tree(app)["package-lock.json"])["packages"]["node_modules/clsx"]["version"] == "2.1.0"


def test_who_takes_over_from_a_dead_worker_says_the_same(app: Project, owner: User):
    """It had staged the lock, and died before its step was recorded."""
    context = work_on(jobs.start(project=app, text="", by=owner, model="own-model", kind=JobKind.INSTALL))
    first = locking.keep(context, installing.prepare(context))
    assert first.keys() == {"lock"}
    assert locking.keep(context, installing.prepare(context)) == first
    assert files.working_manifest(context.changeset())["package-lock.json"].sha256 == first["lock"]


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
