"""What a file is for stays with it, through edits, moves, reviews and forks; what was refused leaves no trace."""

import uuid

import pytest

from projects.enums import AuthorKind
from projects.models import ChangeSet
from projects.services import branches, changesets, files, forking, purposes
from projects.services.choosing import Pick
from tests.people import People

pytestmark = pytest.mark.django_db


def opened(people: People) -> ChangeSet:
    return changesets.open(branch=people.main, author_kind=AuthorKind.AGENT, job_ref=uuid.uuid4())


def write(changeset: ChangeSet, path: str, text: str, purpose: str) -> None:
    changesets.stage(changeset, path, text.encode())
    purposes.keep(changeset, path, purpose)


def known(changeset: ChangeSet) -> dict[str, str]:
    return purposes.of(changeset, files.working_manifest(changeset))


@pytest.fixture
def built(people: People) -> People:
    changeset = opened(people)
    write(changeset, "app.js", "let a", "Starts the app.")
    write(changeset, "style.css", "b {}", "How it looks.")
    changesets.apply(changeset, message="Build")
    return people


def test_its_own_are_known_before_they_are_applied(people: People):
    changeset = opened(people)
    write(changeset, "app.js", "let a", "Starts\n the  app.\x07")
    assert known(changeset) == {"app.js": "Starts the app."}


def test_a_later_edit_that_says_nothing_leaves_what_was_said(built: People):
    files.save(built.main, "app.js", b"let b", by=built.owner)
    changeset = opened(built)
    write(changeset, "app.js", "let c", "")
    assert known(changeset) == {"app.js": "Starts the app.", "style.css": "How it looks."}


def test_the_newest_word_counts(built: People):
    changeset = opened(built)
    write(changeset, "app.js", "let c", "Does all of it.")
    assert known(changeset)["app.js"] == "Does all of it."
    changesets.apply(changeset, message="More")
    assert known(opened(built))["app.js"] == "Does all of it."


def test_what_was_turned_down_or_waits_elsewhere_is_not_known(built: People):
    refused, waiting = opened(built), opened(built)
    write(refused, "app.js", "let r", "Refused.")
    write(waiting, "app.js", "let w", "Waits.")
    changesets.reject(refused, by=built.owner)
    assert known(opened(built))["app.js"] == "Starts the app."


def test_a_moved_file_is_known_by_its_content_and_a_deleted_one_by_nothing(built: People):
    files.move(built.main, "app.js", "src/app.js", by=built.owner)
    files.delete(built.main, "style.css", by=built.owner)
    assert known(opened(built)) == {"src/app.js": "Starts the app."}


def test_what_a_partial_review_left_over_keeps_its_purpose(people: People):
    changeset = opened(people)
    write(changeset, "app.js", "let a", "Starts the app.")
    write(changeset, "style.css", "b {}", "How it looks.")
    changesets.apply(changeset, by=people.owner, message="Some", pick=Pick(paths=frozenset({"app.js"})))
    rest = ChangeSet.objects.get(follows=changeset)
    assert known(rest) == {"app.js": "Starts the app.", "style.css": "How it looks."}


def beside(people: People) -> ChangeSet:
    branch = branches.create(people.project, "beside", by=people.owner)
    return changesets.open(branch=branch, author_kind=AuthorKind.AGENT, job_ref=uuid.uuid4())


def test_what_another_branch_says_of_a_path_is_true_there(built: People):
    other = beside(built)
    write(other, "app.js", "let b", "Does it another way.")
    changesets.apply(other, message="Beside")
    assert known(opened(built))["app.js"] == "Starts the app."
    files.save(built.main, "app.js", b"let c", by=built.owner)
    assert known(opened(built))["app.js"] == "Starts the app."
    files.save(built.main, "app.js", b"let b", by=built.owner)
    assert known(opened(built))["app.js"] == "Does it another way."


def test_a_branch_knows_what_was_said_on_the_way_to_it_and_nothing_later(built: People):
    other, later = beside(built), opened(built)
    write(later, "app.js", "let z", "Does it another way.")
    changesets.apply(later, message="Later")
    changesets.stage(other, "app.js", b"let b")
    assert known(other)["app.js"] == "Starts the app."


def test_what_was_merged_brings_its_purposes(built: People):
    other = beside(built)
    write(other, "app.js", "let b", "Does it another way.")
    changesets.apply(other, message="Beside")
    assert other.branch is not None
    branches.merge(other.branch, built.main, by=built.owner)
    files.save(built.main, "app.js", b"let c", by=built.owner)
    assert known(opened(built))["app.js"] == "Does it another way."


def test_of_one_content_the_word_of_this_branch_counts_before_that_of_another(built: People):
    other = beside(built)
    write(other, "app.js", "let a", "Means something else here.")
    write(other, "new.js", "let n", "Is new.")
    changesets.apply(other, message="Beside")
    assert known(opened(built))["app.js"] == "Starts the app."


def test_it_takes_three_queries_at_most(built: People, django_assert_num_queries):
    changeset, tree = opened(built), files.manifest(built.main)
    with django_assert_num_queries(2):
        purposes.of(changeset, tree)
    other = beside(built)
    write(other, "app.js", "let b", "Does it another way.")
    changesets.apply(other, message="Beside")
    with django_assert_num_queries(3):
        purposes.of(changeset, tree)


def test_a_fork_knows_what_was_said_where_it_began_and_nothing_later(built: People):
    fork = forking.fork(built.project, by=built.viewer)
    changeset = opened(built)
    write(changeset, "app.js", "let z", "Private plans.")
    changesets.apply(changeset, message="Later")
    own = changesets.open(branch=fork.branches.get(), author_kind=AuthorKind.AGENT, job_ref=uuid.uuid4())
    assert known(own) == {"app.js": "Starts the app.", "style.css": "How it looks."}


def test_a_long_word_is_cut(people: People):
    changeset = opened(people)
    write(changeset, "app.js", "let a", "x" * 1000)
    assert known(changeset) == {"app.js": "x" * purposes.MOST}
