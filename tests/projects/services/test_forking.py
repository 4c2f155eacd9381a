"""A fork has its whole way behind it and nothing of what others keep to themselves."""

import pytest

from projects import errors, feed
from projects.enums import AuthorKind
from projects.git import naming, objects
from projects.models import Blob, Branch, ChangeSet, Member, Parentage, Project, Remote, Secret, User, Version
from projects.services import changesets, files, forking, projects
from tests.people import People

pytestmark = pytest.mark.django_db


@pytest.fixture
def grown(people: People) -> People:
    for number in range(1, 4):
        files.save(people.main, f"{number}.txt", str(number).encode(), by=people.editor)
    return people


def merged(people: People) -> Version:
    """A side branch from version 1, and a version that has both as parents."""
    side = Branch.objects.create(project=people.project, name="side", head=people.project.versions.get(number=1))
    apart = files.save(side, "side.txt", b"side", by=people.owner)
    changeset = changesets.open(branch=people.main, author_kind=AuthorKind.USER, by=people.owner)
    ChangeSet.objects.filter(pk=changeset.pk).update(merges=apart)
    changeset.refresh_from_db()
    changesets.stage(changeset, "side.txt", b"side")
    return changesets.apply(changeset, by=people.owner, message="Join")


def shape(project: Project) -> list[tuple[object, ...]]:
    """Everything about the versions that does not say whose they are."""
    number = dict(project.versions.values_list("pk", "number"))
    parents: dict[int, list[int]] = {}
    for row in Parentage.objects.filter(version__project=project).order_by("position"):
        parents.setdefault(number[row.version_id], []).append(number[row.parent_id])
    return [
        (
            v.number,
            v.tree_hash,
            v.manifest,
            v.author_kind,
            v.author_line,
            v.message,
            v.created_at,
            parents.get(v.number),
        )
        for v in project.versions.order_by("number")
    ]


def test_it_has_the_same_history_and_the_same_contents(grown: People):
    joined, blobs = merged(grown), Blob.objects.count()
    project = forking.fork(grown.project, by=grown.viewer)
    assert shape(project) == shape(grown.project)
    assert (project.forked_from, Blob.objects.count()) == (joined, blobs)
    main = project.branches.get()
    assert (main.name, main.head.number) == ("main", 5)  # type: ignore[union-attr]  # it is there, or the test fails
    assert list(project.files.values_list("path", "blob")) == list(grown.project.files.values_list("path", "blob"))


def test_it_begins_at_the_version_that_was_asked_for(grown: People):
    merged(grown)
    project = forking.fork(grown.project, by=grown.viewer, version=2, name="Mine")
    assert (project.name, project.slug, shape(project)) == ("Mine", "mine", shape(grown.project)[:2])
    assert project.forked_from == grown.project.versions.get(number=2)
    assert [file.path for file in project.files.all()] == ["1.txt", "2.txt"]


def test_versions_it_does_not_come_from_stay_away_and_numbers_have_no_gaps(grown: People):
    side = Branch.objects.create(project=grown.project, name="side", head=grown.project.versions.get(number=1))
    files.save(side, "apart", b"", by=grown.owner)
    files.save(grown.main, "4.txt", b"", by=grown.owner)
    project = forking.fork(grown.project, by=grown.owner)
    assert [v.message for v in project.versions.order_by("number")] == [f"Edit {n}.txt" for n in range(1, 5)]
    assert [v.number for v in project.versions.order_by("number")] == [1, 2, 3, 4]


def test_git_s_names_come_along_with_their_bytes_and_what_jobs_did_does_not(grown: People):
    """One was pushed, the others were made; a made commit says its number, which the copy does not have."""
    side = Branch.objects.create(project=grown.project, name="side", head=grown.project.versions.get(number=1))
    files.save(side, "apart", b"", by=grown.owner)
    files.save(grown.main, "4.txt", b"", by=grown.owner)
    named = list(naming.versions(grown.project, after=0, upto=3))
    Version.objects.filter(pk=named[2].id).update(raw_commit=named[2].commit, job_ref=grown.project.pk)
    project = forking.fork(grown.project, by=grown.owner)
    source = list(grown.project.versions.exclude(number=4).order_by("number").values_list("commit_oid", flat=True))
    copies = project.versions.order_by("number")
    assert [copy.commit_oid for copy in copies] == source
    assert [objects.name("commit", bytes(copy.raw_commit or b"")) for copy in copies] == source
    assert [named.oid for named in naming.versions(project, after=0, upto=4)] == source
    assert {copy.job_ref for copy in copies} == {None}


def test_nothing_of_what_others_keep_comes_along(grown: People):
    Secret.objects.create(project=grown.project, name="KEY", ciphertext="x")
    Remote.objects.create(project=grown.project, url="https://git.example.com/a/b.git")
    changesets.open(branch=grown.main, author_kind=AuthorKind.USER, by=grown.owner)
    Project.objects.filter(pk=grown.project.pk).update(settings={"a": 1})
    project = forking.fork(grown.project, by=grown.viewer)
    assert [(member.user, member.role) for member in Member.objects.filter(project=project)] == [
        (grown.viewer, "owner")
    ]
    assert (project.secrets.count(), project.remotes.count(), project.changesets.count()) == (0, 0, 0)
    assert (project.settings, project.archived_at) == ({}, None)
    assert [event.kind for event in feed.since(project.pk, 0)] == ["project_imported"]


def test_an_archived_project_can_be_forked_and_the_fork_is_not_archived(grown: People):
    projects.archive(grown.project, by=grown.owner)
    assert forking.fork(grown.project, by=grown.viewer).archived_at is None


def test_the_source_knows_nothing_of_it(grown: People):
    before = feed.last_seq(grown.project.pk)
    forking.fork(grown.project, by=grown.viewer)
    assert feed.last_seq(grown.project.pk) == before


def test_what_is_not_there_cannot_be_forked(people: People):
    with pytest.raises(errors.Empty, match="no version yet"):
        forking.fork(people.project, by=people.owner)
    with pytest.raises(errors.Missing, match="no version 1"):
        forking.fork(people.project, by=people.owner, version=1)
    assert Project.objects.count() == 1


def test_a_way_that_is_too_long_is_left_behind(grown: People, monkeypatch: pytest.MonkeyPatch):
    """And the name with it: what git calls a version says what came before."""
    for named in naming.versions(grown.project, after=0, upto=3):
        Version.objects.filter(pk=named.id).update(raw_commit=named.commit)
    monkeypatch.setattr(forking, "MOST_VERSIONS", 2)
    project = forking.fork(grown.project, by=grown.owner)
    assert [(v.number, v.message) for v in project.versions.all()] == [(1, "Edit 3.txt")]
    [alone] = project.versions.all()
    assert (alone.commit_oid, alone.raw_commit) == (None, None)
    assert not Parentage.objects.filter(version__project=project).exists()


def test_a_fork_goes_its_own_way(grown: People, django_user_model: type[User]):
    project = forking.fork(grown.project, by=grown.viewer)
    version = files.save(project.branches.get(), "mine.txt", b"", by=grown.viewer)
    assert (version.number, version.parentage.get().parent.number) == (4, 3)
    assert not grown.project.files.filter(path="mine.txt").exists()
