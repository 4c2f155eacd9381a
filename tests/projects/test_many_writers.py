"""Many people write to one project at once, each in every way there is: nothing is lost, and nobody is told a lie.

Each write is applied, or refused with what the API answers as 409 or 412.
"""

import threading
from collections import Counter
from collections.abc import Callable
from contextlib import nullcontext
from dataclasses import dataclass, field
from random import Random

import pytest
from django.db import connection

from projects import errors
from projects.enums import AuthorKind
from projects.models import Event, Version
from projects.rest import problems
from projects.services import branches, changesets, files, storekeeping
from tests import people as people_of_tests
from tests.people import People
from tests.threads import together

pytestmark = pytest.mark.django_db(transaction=True)

APART = 8


@dataclass
class Crowd:
    """What each writer was told: from these alone follows what the project must hold."""

    people: People
    writers: int
    told: Counter[str] = field(default_factory=Counter)
    own: dict[int, bytes | None] = field(default_factory=dict)
    line: dict[int, str] = field(default_factory=dict)
    counted: int = 0
    _lock: threading.Lock = field(default_factory=threading.Lock)

    # PostgreSQL's pool of one process; whoever does not get in waits at the door, as requests do.
    _door: threading.Semaphore = field(default_factory=lambda: threading.Semaphore(16))

    def write(self, number: int, turn: int, chance: Random) -> None:
        """One request: it lets go of its connection when it is answered."""
        with self._door if connection.vendor == "postgresql" else nullcontext():
            try:
                self._write(number, turn, chance)
            finally:
                connection.close()

    def _write(self, number: int, turn: int, chance: Random) -> None:
        ways = (self.save_own, self.change_line, self.count, self.drop_own, self.propose_two)
        way: Callable[[int, int], Callable[[], None]] = chance.choice(ways)
        try:
            remember = way(number, turn)
        except errors.Refusal as refusal:
            self._tell(f"{_status(refusal)} {type(refusal).__name__}")
        else:
            with self._lock:
                remember()
            self._tell("applied")

    def _tell(self, word: str) -> None:
        with self._lock:
            self.told[word] += 1

    def save_own(self, number: int, turn: int) -> Callable[[], None]:
        """A file that nobody else writes, in folders that everybody shares."""
        content = f"{number} in turn {turn}\n".encode()
        files.save(self.people.main, own(number), content, by=self.people.owner)
        return lambda: self.own.update({number: content})

    def drop_own(self, number: int, turn: int) -> Callable[[], None]:
        if self.own.get(number) is None:
            return self.save_own(number, turn)
        files.delete(self.people.main, own(number), by=self.people.owner)
        return lambda: self.own.update({number: None})

    def change_line(self, number: int, turn: int) -> Callable[[], None]:
        """A line of one's own in a file that everybody writes, over a base that is soon old: joined."""
        changeset = changesets.open(branch=self.people.main, author_kind=AuthorKind.AGENT)
        lines = files.read(files.working_manifest(changeset), "shared.txt").decode().splitlines(keepends=True)
        lines[number * APART] = said = f"{number} says {turn}\n"
        changesets.stage(changeset, "shared.txt", "".join(lines).encode())
        changesets.apply(changeset, message=said)
        return lambda: self.line.update({number: said})

    def count(self, number: int, turn: int) -> Callable[[], None]:
        """Everybody raises one number, saying which they saw."""
        tree = files.manifest(self.people.main)
        raised = str(int(files.read(tree, "count.txt")) + 1).encode()
        seen = tree["count.txt"].sha256
        files.save(self.people.main, "count.txt", raised, by=self.people.editor, expected=seen)

        def remember() -> None:
            self.counted += 1

        return remember

    def propose_two(self, number: int, turn: int) -> Callable[[], None]:
        """Everybody's same line, and one's own file with it: both or neither."""
        content = f"{number} with the head line in turn {turn}\n".encode()
        changeset = changesets.open(branch=self.people.main, author_kind=AuthorKind.USER, by=self.people.editor)
        changesets.stage(changeset, "head.txt", f"{number} {turn}\n".encode())
        changesets.stage(changeset, own(number), content)
        try:
            changesets.apply(changeset, by=self.people.editor, message="Both")
        except errors.Conflict:
            changesets.reject(changeset, by=self.people.editor)
            raise
        return lambda: self.own.update({number: content})


def _status(refusal: errors.Refusal) -> int:
    """As the API answers."""
    refused = problems.read(refusal)
    return refused.kind.status if refused else 500


def own(number: int) -> str:
    return f"own/{number % 3}/{number}.txt"


def begin(writers: int) -> Crowd:
    people = people_of_tests.gather()
    lines = [f"line {number}\n" for number in range(writers * APART)]
    texts = {"shared.txt": "".join(lines), "count.txt": "0", "head.txt": "nobody\n"}
    pairs = [(path, files.Content(text.encode())) for path, text in texts.items()]
    files.save_all(people.main, pairs, by=people.owner, message="Begin")
    return Crowd(people, writers)


def run(writers: int, turns: int) -> Crowd:
    crowd = begin(writers)

    def work(number: int) -> None:
        chance = Random(number)
        for turn in range(turns):
            crowd.write(number, turn, chance)

    together(*(lambda number=number: work(number) for number in range(writers)), seconds=1500)
    assert sum(crowd.told.values()) == writers * turns
    assert {word.partition(" ")[0] for word in crowd.told} <= {"applied", "409", "412"}, crowd.told
    return crowd


def check(crowd: Crowd) -> None:
    project, tree = crowd.people.project, files.manifest(crowd.people.main)
    assert {number: content for number, content in crowd.own.items() if content is not None} == {
        number: files.read(tree, own(number)) for number in range(crowd.writers) if own(number) in tree
    }
    shared = files.read(tree, "shared.txt").decode().splitlines(keepends=True)
    assert len(shared) == crowd.writers * APART
    assert {number: shared[number * APART] for number in crowd.line} == crowd.line
    assert int(files.read(tree, "count.txt")) == crowd.counted
    numbers = list(Version.objects.filter(project=project).order_by("number").values_list("number", flat=True))
    assert numbers == list(range(1, len(numbers) + 1))
    seqs = list(Event.objects.filter(project=project).order_by("seq").values_list("seq", flat=True))
    assert seqs == list(range(1, len(seqs) + 1))
    assert {row.path: row.blob_id for row in project.files.all()} == {path: one.sha256 for path, one in tree.items()}
    assert list(storekeeping.verify(project)) == []


def test_eight_writers_lose_nothing() -> None:
    crowd = run(8, 10)
    check(crowd)
    assert crowd.told["applied"] > crowd.writers


@pytest.mark.long
@pytest.mark.timeout(1800)
def test_fifty_writers_of_forty_writes_each_lose_nothing() -> None:
    crowd = run(50, 40)
    check(crowd)
    print(dict(crowd.told))


def test_branches_merged_by_many_at_once_lose_nothing() -> None:
    """Each works on a branch of their own and brings it in; whoever is overtaken joins anew."""
    crowd = begin(6)
    project = crowd.people.project
    for number in range(6):
        branches.create(project, f"work/{number}", by=crowd.people.editor)

    def work(number: int) -> None:
        mine = branches.find(project, f"work/{number}")
        for turn in range(3):
            files.save(mine, own(number), f"{turn}\n".encode(), by=crowd.people.editor)
            branches.merge(mine, crowd.people.main, by=crowd.people.editor)
        crowd.own[number] = b"2\n"

    together(*(lambda number=number: work(number) for number in range(6)))
    check(crowd)
    assert {one.ahead for one in branches.standings(project)} == {0}
