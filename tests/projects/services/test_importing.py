"""A zip becomes a version, whole or not at all."""

import io
import zipfile
from functools import partial

import pytest

from projects import errors, feed
from projects.models import Blob, Branch, ChangeSet, Project, ProjectFile, Version
from projects.services import exporting, files, importing
from tests.people import People
from tests.projects.imports.zips import add, make
from tests.threads import together

pytestmark = pytest.mark.django_db


def tree(branch: Branch) -> dict[str, bytes]:
    manifest = files.manifest(branch)
    return {path: files.read(manifest, path) for path in manifest}


def garden(*names: str) -> io.BytesIO:
    return make(*((f"garden-main/{name}", name.encode()) for name in names))


def test_a_zip_becomes_a_project_of_its_own(people: People):
    imported = importing.make(
        garden("index.html", "src/a.js", ".DS_Store"), filename="my-garden.zip", by=people.stranger
    )
    project = imported.project
    main = project.branches.get()
    assert (project.name, project.owner, imported.version.number) == ("my garden", people.stranger, 1)
    assert (imported.left_out, imported.files) == ({".DS_Store": 1}, 2)
    assert tree(main) == {"index.html": b"index.html", "src/a.js": b"src/a.js"}
    assert list(ProjectFile.objects.filter(project=project).values_list("path", flat=True)) == [
        "index.html",
        "src/a.js",
    ]
    told = feed.since(project.pk, 0)[-1]
    assert (told.kind, told.payload["said"]) == ("project_imported", "Imported my-garden.zip")
    assert told.payload["left_out"] == {".DS_Store": 1}


@pytest.mark.parametrize(
    ("filename", "name"),
    [("C:\\Users\\me\\my_site.ZIP", "my site"), ("", "a zip"), (".zip", "garden main"), ("\u202ex.zip", "x")],
)
def test_a_project_without_a_name_takes_that_of_the_file(people: People, filename: str, name: str):
    assert importing.make(garden("a"), filename=filename, by=people.owner).project.name == name


def test_replacing_leaves_only_what_came_and_adding_keeps_the_rest(people: People):
    files.save(people.main, "old.txt", b"old", by=people.owner)
    importing.take(garden("a", "b"), people.main, filename="g.zip", mode="add", by=people.editor)
    assert tree(people.main) == {"a": b"a", "b": b"b", "old.txt": b"old"}
    importing.take(garden("a"), people.main, filename="g.zip", mode="replace", by=people.editor)
    assert tree(people.main) == {"a": b"a"}
    assert [version.number for version in Version.objects.order_by("number")] == [1, 2, 3]
    assert Version.objects.first().author_line == "Editor <editor@example.org>"  # type: ignore[union-attr]  # it is there, or the test fails


def test_what_is_there_already_makes_no_version(people: People):
    first = importing.take(garden("a"), people.main, filename="g.zip", mode="replace", by=people.owner)
    again = importing.take(garden("a"), people.main, filename="g.zip", mode="replace", by=people.owner)
    assert (again.version, Version.objects.count()) == (first.version, 1)


def test_the_zip_of_a_project_comes_back_as_the_same_tree(people: People):
    files.save(people.main, "src/ä.txt", b"\xef\xbb\xbfhello\r\n", by=people.owner)
    files.save(people.main, "run.sh", b"#!", by=people.owner, executable=True)
    export = exporting.zip_of(people.project)
    back = importing.make(io.BytesIO(b"".join(export.pieces)), filename=export.name, by=people.owner)
    assert back.version.tree_hash == Version.objects.get(project=people.project, number=2).tree_hash


def test_a_refused_zip_leaves_no_trace(people: People):
    made = make(("fine.txt", b"1"), ("../evil", b"2"))
    before = feed.last_seq(people.project.pk)
    for attempt in (
        lambda: importing.make(made, filename="x.zip", by=people.owner),
        lambda: importing.take(made, people.main, filename="x.zip", mode="add", by=people.owner),
    ):
        with pytest.raises(errors.BadArchive, match=r"\.\./evil leaves its folder"):
            attempt()
    assert (Project.objects.count(), ChangeSet.objects.count(), Blob.objects.count()) == (1, 0, 0)
    assert feed.last_seq(people.project.pk) == before


def test_what_clashes_with_files_that_are_there_leaves_no_trace(people: People):
    files.save(people.main, "README", b"", by=people.owner)
    with pytest.raises(errors.BadPath, match="only in case"):
        importing.take(make(("readme", b""), ("b", b"")), people.main, filename="x.zip", mode="add", by=people.owner)
    assert (Version.objects.count(), ChangeSet.objects.filter(state="open").count()) == (1, 0)
    assert tree(people.main) == {"README": b""}


def test_a_zip_that_breaks_in_the_middle_leaves_no_trace(people: People):
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        for number in range(3):
            add(archive, f"{number}.txt", b"hello" * 100)
    raw = bytearray(made.getvalue())
    raw[raw.index(b"1.txt") + 8] ^= 0xFF
    with pytest.raises(errors.BadArchive, match=r"1\.txt is damaged"):
        importing.make(io.BytesIO(bytes(raw)), filename="x.zip", by=people.owner)
    assert (Project.objects.count(), Blob.objects.count()) == (1, 0)


@pytest.mark.django_db(transaction=True)
def test_two_who_import_at_once_lose_nothing(people: People):
    """Each zip has a file of its own and one in common; whoever replaces comes before or after, never in between."""
    done: list[Version] = []

    def bring(number: int) -> None:
        zipped = garden(f"own-{number}", "common")
        done.append(importing.take(zipped, people.main, filename="g.zip", mode="add", by=people.owner).version)

    together(*(partial(bring, number) for number in range(4)))
    assert sorted(files.manifest(people.main)) == ["common", *(f"own-{number}" for number in range(4))]
    assert sorted(version.number for version in done) == [1, 2, 3, 4]
