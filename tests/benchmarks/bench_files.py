"""Figures about large projects, not a test: `make bench-search` prints them.

5,000 files of about 4 KB: written at once, one at a time, and searched with and without what was kept.
"""

import os
import random
import statistics
import time
from collections.abc import Callable

from django.db import connection

from projects.services import corpus, files, searching
from tests import people as people_of_tests
from tests.people import People

FILES, WRITES, SEARCHES = 5000, 60, 40
WORDS = [f"{a}{b}{c}" for a in ("gar", "moon", "lan", "tree") for b in ("den", "te", "li") for c in ("s", "rn", "ed")]


def test_figures(transactional_db: None) -> None:
    people = people_of_tests.gather()
    print(f"\n{connection.vendor}, load {os.getloadavg()[0]:.1f}, {FILES} files of about 4 KB")
    _told("write 5,000 files at once", 1, lambda: _plant(people))
    _told("write one file", WRITES, lambda: _write(people))
    tree = files.manifest(people.main)

    def cold() -> None:
        corpus.forget(people.project.pk)
        searching.content(people.project.pk, tree, "Moonlirn", most=50)

    _told("search, nothing kept", 3, cold)
    _told("search, after one write", 20, lambda: _search(people, "nowhere at all"), before=lambda: _write(people))
    _told("search, many hits", SEARCHES, lambda: _search(people, "moonlirn"))
    _told("search, exact case, few hits", SEARCHES, lambda: _search(people, "Edited 30", is_exact=True))
    _told("search, no hit", SEARCHES, lambda: _search(people, "nowhere at all"))
    _told("search names", SEARCHES, lambda: searching.names(files.manifest(people.main), "garden 42"))


def _told(what: str, times: int, work: Callable[[], object], *, before: Callable[[], object] = int) -> None:
    taken = []
    for _ in range(times):
        before()
        began = time.perf_counter()
        work()
        taken.append((time.perf_counter() - began) * 1000)
    taken.sort()
    p95 = taken[min(len(taken) - 1, int(len(taken) * 0.95))]
    print(f"  {what:32} median {statistics.median(taken):7.1f} ms   p95 {p95:7.1f} ms   ({times}×)")


def _text(chance: random.Random) -> bytes:
    lines = (" ".join(chance.choices(WORDS, k=8)) for _ in range(70))
    return "\n".join(lines).encode()


def _plant(people: People) -> None:
    chance = random.Random(1)
    pairs = ((f"src/{n % 50}/{chance.choice(WORDS)}/file{n}.txt", files.Content(_text(chance))) for n in range(FILES))
    files.save_all(people.main, pairs, by=people.owner, message="Plant")


_count = iter(range(10**6))


def _write(people: People) -> None:
    paths = list(files.manifest(people.main))
    number = next(_count)
    files.save(people.main, paths[number * 7 % FILES], f"Edited {number}\n".encode(), by=people.owner)


def _search(people: People, words: str, *, is_exact: bool = False) -> None:
    tree = files.manifest(people.main)
    searching.content(people.project.pk, tree, words, is_exact=is_exact, most=50)
