"""Who holds a project's lock holds up everybody else: lines are compared and trees joined before."""

import io
import zipfile
from collections.abc import Callable, Iterator

import pytest

from projects import errors
from projects.enums import AuthorKind, Decision
from projects.models import Branch, Change, ChangeSet, Event, Version
from projects.services import branches, changesets, drafts, files, importing, review, uploads, versions, writing
from projects.services.staging import Content
from tests import comparisons
from tests.people import People

LINES = [f"{number}\n" for number in range(40)]


@pytest.fixture
def counts(people: People, monkeypatch: pytest.MonkeyPatch) -> Iterator[dict[str, int]]:
    files.save(people.main, "a.txt", "".join(LINES).encode(), by=people.owner)
    with comparisons.counted(monkeypatch) as counts:
        yield counts


def changed(*numbers: int) -> bytes:
    return "".join("changed\n" if number in numbers else line for number, line in enumerate(LINES)).encode()


def zipped(*names: str) -> io.BytesIO:
    brought = io.BytesIO()
    with zipfile.ZipFile(brought, "w") as archive:
        for name in names:
            archive.writestr(name, changed(1))
    brought.seek(0)
    return brought


def crossed(people: People) -> Branch:
    """`idea` and `main`, merged into each other crosswise, and both went on."""
    idea = branches.create(people.project, "idea", by=people.owner)
    before = files.save(people.main, "a.txt", changed(2), by=people.owner)
    files.save(idea, "a.txt", changed(20), by=people.owner)
    other = branches.create(people.project, "other", by=people.owner, at=before)
    branches.merge(idea, people.main, by=people.owner)
    branches.merge(other, idea, by=people.owner)
    files.save(people.main, "a.txt", changed(2, 8, 20), by=people.owner)
    files.save(idea, "a.txt", changed(2, 20, 35), by=people.owner)
    return idea


def resolved(people: People) -> ChangeSet:
    proposed = changesets.propose(people.main, [("a.txt", Content(changed(1, 30)))], by=people.editor, title="Mine")
    files.save(people.main, "a.txt", b"other\n" + changed(1)[4:], by=people.owner)
    first = review.parts_of(Change.objects.select_related("after").get(changeset=proposed, path="a.txt"))[0]
    review.decide_part(proposed, "a.txt", first.id, Decision.APPROVED)
    return review.resolve(proposed, {"a.txt": "change"}, by=people.owner)


def taken_in_part(people: People) -> Version:
    pairs = [("a.txt", Content(changed(1, 30))), ("b.txt", Content(b"b\n"))]
    proposed = changesets.propose(people.main, pairs, by=people.editor, title="Mine")
    first, _ = review.parts_of(Change.objects.select_related("after").get(changeset=proposed, path="a.txt"))
    review.decide_part(proposed, "a.txt", first.id, Decision.APPROVED)
    return changesets.apply(proposed, by=people.owner, message="Some of it")


ACTS: dict[str, Callable[[People], object]] = {
    "save": lambda people: files.save(people.main, "a.txt", changed(3), by=people.owner),
    "move": lambda people: files.move(people.main, "a.txt", "b.txt", by=people.owner),
    "upload": lambda people: uploads.put(people.main, [("u.txt", changed(4))], by=people.owner),
    "import": lambda people: importing.take(
        zipped("z.txt", "y.txt"), people.main, filename="z.zip", mode="replace", by=people.owner
    ),
    "import as a project": lambda people: importing.make(zipped("z.txt"), filename="z.zip", by=people.owner),
    "crosswise": lambda people: branches.merge(crossed(people), people.main, by=people.owner),
    "some of it": taken_in_part,
    "resolve": resolved,
}


@pytest.mark.parametrize("act", ACTS)
def test_no_line_is_compared_under_the_lock(people: People, counts: dict[str, int], act: str):
    ACTS[act](people)
    assert counts["held"] == 0
    assert counts["free"] > 0


def test_nor_when_a_version_is_restored(people: People, counts: dict[str, int]):
    first = versions.find(people.project, 1)
    files.save(people.main, "a.txt", changed(3), by=people.owner)
    versions.restore(people.main, first, by=people.owner)
    assert (counts["held"], counts["free"]) == (0, 2)
    assert Event.objects.filter(kind="version_restored").values_list("payload__added", flat=True)[0] == 1


def test_nor_when_a_head_moves_on(people: People, counts: dict[str, int]):
    idea = branches.create(people.project, "idea", by=people.owner)
    files.save(idea, "a.txt", changed(3), by=people.owner)
    branches.merge(idea, people.main, by=people.owner)
    assert (counts["held"], counts["free"]) == (0, 2)
    told = Event.objects.get(kind="branch_moved").payload
    assert (told["added"], told["removed"]) == (1, 1)


def settled(people: People, plan: Callable[[], drafts.Draft]) -> Version:
    return writing.settle(
        people.project.pk,
        plan=plan,
        holds=lambda draft: drafts.holds(people.main, draft),
        write=lambda draft: drafts.write(people.main, draft, by=people.owner, message="Away with it"),
    )


def test_who_was_overtaken_draws_anew(people: People, counts: dict[str, int]):
    """Over what somebody saved between drawing and the lock."""
    asked: list[object] = []

    def plan() -> drafts.Draft:
        head = writing.head_of(people.main)
        draft = drafts.draw(head, {"b.txt": None} if asked else {"a.txt": None})
        asked.append(head)
        if len(asked) == 1:
            files.save(people.main, "b.txt", b"b\n", by=people.editor)
        return draft

    made = settled(people, plan)
    assert (made.number, sorted(files.tree_of(made)), len(asked)) == (3, ["a.txt"], 2)
    assert [row.parent.number for row in made.parentage.all()] == [2]


def test_who_is_overtaken_each_time_lets_the_others_wait(people: People, counts: dict[str, int]):
    """At last it is drawn under the lock, where nobody can be faster."""
    asked: list[object] = []

    def plan() -> drafts.Draft:
        draft = drafts.draw(writing.head_of(people.main), {"a.txt": None})
        asked.append(draft)
        if len(asked) <= writing.FREE_TRIES:
            files.save(people.main, f"{len(asked)}.txt", b"", by=people.editor)
        return draft

    made = settled(people, plan)
    assert sorted(files.tree_of(made)) == [f"{number + 1}.txt" for number in range(writing.FREE_TRIES)]
    assert counts["held"] == 1


def test_a_merge_overtaken_by_its_source_takes_what_is_there_then(people: People, monkeypatch: pytest.MonkeyPatch):
    files.save(people.main, "a.txt", b"a\n", by=people.owner)
    idea = branches.create(people.project, "idea", by=people.owner)
    files.save(idea, "b.txt", b"b\n", by=people.owner)
    late = [lambda: files.save(idea, "c.txt", b"c\n", by=people.editor)]
    step = writing.step

    def stepped(*arguments: object) -> writing.Step:
        found = step(*arguments)  # type: ignore[arg-type]  # handed on as it came
        if late:
            late.pop()()
        return found

    monkeypatch.setattr(writing, "step", stepped)
    made = branches.merge(idea, people.main, by=people.owner)
    assert sorted(files.tree_of(made)) == ["a.txt", "b.txt", "c.txt"]


def test_a_draft_that_no_longer_holds_is_not_written(people: People):
    files.save(people.main, "a.txt", b"a\n", by=people.owner)
    draft = drafts.draw(writing.head_of(people.main), {"a.txt": None})
    files.save(people.main, "b.txt", b"b\n", by=people.owner)
    with pytest.raises(errors.Busy):
        drafts.write(people.main, draft, by=people.owner, message="Too late")


def test_what_the_tree_cannot_take_is_refused_before_anything_is_kept(people: People):
    with pytest.raises(errors.MissingFile):
        drafts.draw(None, {"a.txt": None})
    assert not ChangeSet.objects.filter(author_kind=AuthorKind.USER).exists()
