from projects.enums import AuthorKind
from projects.models import Branch, Event, ProjectFile, Version
from projects.services import applying, files, writing
from projects.signals import tree_changed
from tests.people import People


def begin(people: People) -> Version:
    return files.save(people.main, "a.txt", b"one\n", by=people.owner)


def step(branch: Branch, version: Version) -> writing.Step:
    return writing.step(writing.head_of(branch), applying.tree_of(version.pk))


def test_versions_are_numbered_on_and_keep_their_parents_in_order(people: People):
    first = begin(people)
    second = files.save(people.main, "a.txt", b"two\n", by=people.owner)
    tree = applying.tree_of(first.pk)
    made = writing.add_version(
        people.project,
        tree,
        parents=[second.pk, first.pk, second.pk],
        author_kind=AuthorKind.SYSTEM,
        author_line="Somebody <somebody@example.org>",
        message="Join",
    )
    assert (made.number, made.tree_hash) == (3, first.tree_hash)
    assert [row.parent_id for row in made.parentage.all()] == [second.pk, first.pk]
    assert Branch.objects.get(pk=people.main.pk).head == second


def test_a_fast_forward_moves_files_and_tells_pages_and_boxes(people: People, django_capture_on_commit_callbacks):
    first = begin(people)
    ahead = Branch.objects.create(project=people.project, name="idea", head=first)
    files.save(ahead, "b.txt", b"b\n", by=people.editor)
    second = files.delete(ahead, "a.txt", by=people.editor)
    heard = []
    tree_changed.connect(lambda sender, **news: heard.append((news["branch"].name, news["version"])), weak=False)
    with django_capture_on_commit_callbacks(execute=True):
        writing.fast_forward(
            people.main, second, step(people.main, second), by=people.editor, reason="merge", source="idea"
        )
    assert heard == [("main", second)]
    assert Branch.objects.get(pk=people.main.pk).head == second
    assert list(ProjectFile.objects.values_list("path", flat=True)) == ["b.txt"]
    event = Event.objects.order_by("-seq")[0]
    assert (event.kind, event.actor) == ("branch_moved", people.editor)
    assert event.payload["files"] == [
        {"path": "a.txt", "change": "deleted", "added": 0, "removed": 1},
        {"path": "b.txt", "change": "added", "added": 1, "removed": 0},
    ]
    assert (event.payload["source"], event.payload["version"]) == ("idea", 3)


def test_another_branch_leaves_the_files_of_main_alone(people: People):
    first = begin(people)
    other = Branch.objects.create(project=people.project, name="other")
    writing.fast_forward(other, first, step(other, first), by=None, reason="push")
    files.save(other, "c.txt", b"c\n", by=people.owner)
    assert list(ProjectFile.objects.values_list("path", flat=True)) == ["a.txt"]
