"""What a replay gave is kept on another branch, and nothing that was there is touched."""

import pytest

from agents.engine import keeping, replay
from agents.errors import NotPossible
from agents.models import Generation, Job
from agents.services import jobs
from projects import errors
from projects.models import Branch, ChangeSet, Project, User, Version
from projects.services import branches, changesets, files, projects
from tests.agents.engine.replies import edit, says
from tests.agents.engine.whole import build_without_a_box
from tests.fakes.model_server import ModelServer

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def built(project: Project, owner: User) -> Job:
    return build_without_a_box(jobs.start(project=project, text="A list", by=owner, model="demo/reading-list"))


def tree(project: Project, name: str) -> dict[str, bytes]:
    manifest = files.manifest(branches.find(project, name))
    return {path: files.read(manifest, path) for path in manifest}


def test_on_a_new_branch_it_is_a_version_that_says_what_it_is(built: Job, owner: User):
    before = tree(built.project, "main")
    kept = keeping.keep(replay.run(built), "again", by=owner)
    assert kept.version is not None
    assert (kept.version.number, kept.version.author_kind, kept.version.job_ref) == (2, "system", None)
    assert kept.version.message == f"Replay of job {str(built.pk)[:8]}: A list"
    assert str(kept) == "It is version 2, on the new branch 'again'."
    assert tree(built.project, "again") == before == tree(built.project, "main")
    assert not kept.version.parents.exists()


def test_what_the_replay_made_otherwise_is_what_is_kept(built: Job, owner: User):
    row = Generation.objects.get(step__key="implement-1")
    Generation.objects.filter(pk=row.pk).update(response=row.response.replace("<body>", "<body class='x'>"))
    keeping.keep(replay.run(built), "again", by=owner)
    assert b"<body class='x'>" in tree(built.project, "again")["index.html"]
    assert b"<body class='x'>" not in tree(built.project, "main")["index.html"]
    assert replay.run(built).expected_hash == Version.objects.get(number=1).tree_hash


def test_a_new_branch_is_of_the_stack_of_what_stands_there(built: Job, owner: User):
    Project.objects.filter(pk=built.project_id).update(template="python")
    built.branch.template = "static"
    built.branch.save()
    kept = keeping.keep(replay.run(built), "again", by=owner)
    assert Branch.objects.get(pk=kept.branch.pk).template == "static"
    Job.objects.filter(pk=built.pk).update(blueprint={})
    kept = keeping.keep(replay.run(Job.objects.get(pk=built.pk)), "again-2", by=owner)
    assert kept.branch.template == "static"


def test_a_change_begins_where_it_began(server: ModelServer, built: Job, owner: User):
    server.will(says(edit("index.html", "<body>", "<body class='new'>")))
    changed = build_without_a_box(jobs.start(project=built.project, text="A class", by=owner, model="own-model"))
    kept = keeping.keep(replay.run(changed), "again", by=None)
    assert kept.version is not None
    assert [one.number for one in kept.version.parents.all()] == [1]
    assert tree(built.project, "again") == tree(built.project, "main")


def test_on_a_branch_that_is_there_it_waits_and_is_joined(server: ModelServer, built: Job, owner: User):
    first = Version.objects.get()
    server.will(says(edit("index.html", "<body>", "<body class='new'>")))
    changed = build_without_a_box(jobs.start(project=built.project, text="A class", by=owner, model="own-model"))
    other = branches.create(built.project, "other", by=owner, at=first)
    files.save(other, "notes.txt", b"mine\n", by=owner)
    before = tree(built.project, "other")
    kept = keeping.keep(replay.run(changed), "other", by=owner)
    assert (kept.version, kept.changeset.state, tree(built.project, "other")) == (None, "open", before)
    assert "waits as a change of 'other'" in str(kept)
    changesets.apply(ChangeSet.objects.get(pk=kept.changeset.pk), by=owner, message="Taken")
    after = tree(built.project, "other")
    assert (after["notes.txt"], b"class='new'" in after["index.html"]) == (b"mine\n", True)


def test_never_on_its_own_branch(built: Job, owner: User):
    with pytest.raises(NotPossible, match="the job's own branch"):
        keeping.keep(replay.run(built), "main", by=owner)
    assert Version.objects.count() == 1


def test_a_replay_of_nothing_is_not_kept(built: Job, owner: User):
    Generation.objects.filter(job=built).exclude(step__key="design").update(response="")
    with pytest.raises(NotPossible, match="changes nothing"):
        keeping.keep(replay.run(built), "again", by=owner)


@pytest.mark.parametrize("name", ["a b", "../x", "-x", ""])
def test_a_branch_that_no_branch_is_called(built: Job, owner: User, name: str):
    with pytest.raises(errors.BadName):
        keeping.keep(replay.run(built), name, by=owner)
    assert (built.project.branches.count(), ChangeSet.objects.count()) == (1, 1)


def test_not_in_a_project_that_is_put_away_nor_by_who_may_no_longer(built: Job, owner: User):
    stranger = User.objects.create_user("bob@example.org", name="Bob")
    with pytest.raises(errors.NotAllowed):
        keeping.keep(replay.run(built), "again", by=stranger)
    projects.archive(built.project, by=owner)
    with pytest.raises(errors.Closed):
        keeping.keep(replay.run(built), "again", by=owner)
    assert built.project.branches.count() == 1
