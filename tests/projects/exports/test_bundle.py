"""A bundle is written once for what it holds, and never given for anything else."""

import subprocess
from pathlib import Path

import pytest

from projects import errors
from projects.exports import bundle
from projects.git import program, repository
from projects.models import Branch
from projects.services import exporting, files
from tests.people import People

pytestmark = pytest.mark.django_db


@pytest.fixture
def grown(people: People) -> People:
    files.save(people.main, "a", b"1", by=people.owner)
    return people


@pytest.fixture
def no_git(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever asks for the program now is refused."""

    def nowhere() -> str:
        raise errors.NoGit("There is none.")

    monkeypatch.setattr(program, "find", nowhere)


def whole(people: People) -> bytes:
    return b"".join(exporting.bundle_of(people.project).pieces)


def branches_of(content: bytes, folder: Path) -> set[str]:
    (folder / "one.bundle").write_bytes(content)
    heads = subprocess.run(
        ["git", "bundle", "list-heads", "one.bundle"], cwd=folder, check=True, capture_output=True, text=True
    )
    return {line.split()[1] for line in heads.stdout.splitlines()}


def kept(people: People) -> list[Path]:
    return list(repository.folder_of(people.project.pk).glob("*.bundle"))


def test_it_is_written_once(grown: People, request: pytest.FixtureRequest) -> None:
    first = whole(grown)
    request.getfixturevalue("no_git")
    assert whole(grown) == first


def test_a_new_version_is_in_the_next(grown: People, tmp_path: Path) -> None:
    first = whole(grown)
    files.save(grown.main, "b", b"2", by=grown.owner)
    assert whole(grown) != first
    assert len(kept(grown)) == 1


def test_a_new_branch_is_in_the_next(grown: People, tmp_path: Path) -> None:
    whole(grown)
    Branch.objects.create(project=grown.project, name="side", head=grown.project.versions.get())
    assert branches_of(whole(grown), tmp_path) == {"HEAD", "refs/heads/main", "refs/heads/side"}


def test_a_branch_whose_head_git_has_not_named_yet_is_not_forgotten(people: People, tmp_path: Path) -> None:
    """The names alone would be those of the bundle before."""
    side = Branch.objects.create(project=people.project, name="side")
    files.save(side, "a", b"1", by=people.owner)
    assert branches_of(whole(people), tmp_path) == {"refs/heads/side"}
    files.save(people.main, "b", b"2", by=people.owner)
    assert branches_of(whole(people), tmp_path) == {"HEAD", "refs/heads/main", "refs/heads/side"}


def test_one_that_holds_more_than_was_asked_for_is_not_kept(grown: People) -> None:
    """A branch moved between looking and writing; the name it would be kept under is that of what was before."""
    folder, heads = repository.ready(grown.project)
    files.save(grown.main, "a", b"2", by=grown.owner)
    later = repository.ready(grown.project).refs
    assert b"".join(bundle.write(folder, heads)).split(b"\n")[1].decode() == f"{later['main']} HEAD"
    assert kept(grown) == []
    assert b"".join(bundle.write(folder, later))
    assert len(kept(grown)) == 1


def test_a_large_one_is_not_kept(grown: People, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bundle, "MOST_KEPT", 10)
    assert whole(grown).startswith(b"# v2 git bundle")
    assert kept(grown) == []


def test_it_goes_with_the_project(grown: People) -> None:
    whole(grown)
    repository.forget(grown.project.pk)
    assert kept(grown) == []
