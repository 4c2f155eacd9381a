import random
import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from projects.store import diffs, histogram, myers
from projects.store.diffs import Line, Stats
from projects.store.effort import Effort, TooMuch
from tests.projects.store.git import Git

texts = st.lists(st.sampled_from(["a", "b", "c", "", "\r", "\u2028"]), max_size=12).map("\n".join)


@given(texts)
def test_lines_join_to_the_same_text(text: str):
    assert "".join(diffs.lines_of(text)) == text


@given(texts, texts)
def test_the_opcodes_make_the_one_from_the_other(before: str, after: str):
    a, b = diffs.lines_of(before), diffs.lines_of(after)
    made: list[str] = []
    at = 0
    for code in diffs.opcodes(a, b):
        assert code.a0 == at
        made += a[code.a0 : code.a1] if code.tag == "equal" else b[code.b0 : code.b1]
        at = code.a1
    assert made == b
    assert at == len(a)


@given(texts, texts)
def test_the_counts_of_a_diff_are_those_of_its_hunks(before: str, after: str):
    signs = [line.sign for hunk in diffs.hunks(before, after) for line in hunk.lines]
    assert diffs.stats(before.encode(), after.encode()) == Stats(signs.count("+"), signs.count("-"))


@given(texts, texts)
def test_the_hunks_make_the_one_from_the_other(before: str, after: str):
    a = diffs.lines_of(before)
    made: list[str] = []
    at = 0
    for hunk in diffs.hunks(before, after, context=1):
        made += a[at : hunk.before_start - 1]
        made += [line.text for line in hunk.lines if line.sign != "-"]
        assert [line.text for line in hunk.lines if line.sign != "+"] == a[hunk.before_start - 1 :][: hunk.before_count]
        at = hunk.before_start - 1 + hunk.before_count
    assert "".join(made + a[at:]) == after


def test_a_hunk_shows_the_change_with_its_neighbours():
    before = "".join(f"{number}\n" for number in range(1, 10))
    [hunk] = diffs.hunks(before, before.replace("5\n", "five\n"), context=1)
    assert hunk[:4] == (4, 3, 4, 3)
    assert hunk.lines == (Line(" ", "4\n"), Line("-", "5\n"), Line("+", "five\n"), Line(" ", "6\n"))


def test_far_changes_are_two_hunks_and_near_ones_one():
    before = "".join(f"{number}\n" for number in range(20))
    assert len(diffs.hunks(before, before.replace("2\n", "two\n", 1).replace("15\n", "x\n"))) == 2
    assert len(diffs.hunks(before, before.replace("2\n", "two\n", 1).replace("6\n", "x\n", 1))) == 1


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        (None, b"a\nb\n", Stats(2, 0)),
        (b"a\nb", None, Stats(0, 2)),
        (b"a\nb\n", b"a\nc\n", Stats(1, 1)),
        (b"a", b"a\n", Stats(1, 1)),
        (b"\0", b"a\n", Stats(0, 0)),
        (b"\xff", b"a\n", Stats(0, 0)),
    ],
)
def test_lines_are_counted_as_they_come_and_go(before: bytes | None, after: bytes | None, expected: Stats):
    assert diffs.stats(before, after) == expected


def edited(dice: random.Random, lines: list[str]) -> list[str]:
    made = lines.copy()
    for _ in range(dice.choice([0, 1, 2, 5, 20, 60])):
        at, count = dice.randrange(len(made) + 1), dice.randint(1, 6)
        taken = made[at : at + count]
        if dice.random() < 0.6:
            del made[at : at + count]
        if dice.random() < 0.6:
            to = dice.randrange(len(made) + 1)
            made[to:to] = taken if dice.random() < 0.3 else [f"{dice.randint(0, 9)}" for _ in range(count)]
    return made


def pair(dice: random.Random) -> tuple[bytes, bytes]:
    words = [f"{number}" for number in range(dice.choice([2, 3, 5, 20, 200]))]
    before = dice.choices(words, k=dice.choice([0, 1, 5, 20, 60, 200, 500]))
    sides = [("\n".join(side) + (dice.choice(["", "\n"]) if side else "")) for side in (before, edited(dice, before))]
    return sides[0].encode(), sides[1].encode()


@pytest.mark.parametrize(("algorithm", "search"), [("myers", myers.changed), ("histogram", histogram.changed)])
def test_the_alignment_is_that_of_git(tmp_path: Path, algorithm: str, search: diffs.Search):
    dice = random.Random(7)
    cases = [pair(dice) for _ in range(250)]
    wrong = []
    for case, expected in zip(cases, Git(tmp_path).patches(cases, f"--diff-algorithm={algorithm}"), strict=True):
        a, b = (diffs.lines_of(side.decode()) for side in case)
        found = diffs.edits(a, b, Effort(), search)
        if [(a0, a1 - a0, b0, b1 - b0) for a0, a1, b0, b1 in found] != expected:
            wrong.append((case, expected, found))
    assert wrong == []


def test_long_texts_of_few_words_are_divided_where_git_divides_them(tmp_path: Path):
    dice = random.Random(11)
    long = [dice.choices("abcdefghij", k=size) for size in (2500, 2400)]
    moved = [f"{dice.randint(0, 40)}" for _ in range(2000)]
    cases = [tuple("\n".join(side).encode() for side in sides) for sides in (long, (moved, moved[900:] + moved[:900]))]
    expected = Git(tmp_path).patches([(a, b) for a, b in cases], "--diff-algorithm=myers")
    for (before, after), wanted in zip(cases, expected, strict=True):
        found = diffs.edits(diffs.lines_of(before.decode()), diffs.lines_of(after.decode()), Effort())
        assert [(a0, a1 - a0, b0, b1 - b0) for a0, a1, b0, b1 in found] == wanted


@pytest.mark.parametrize("search", [myers.changed, histogram.changed])
def test_too_long_and_too_different_is_said(search: diffs.Search):
    dice = random.Random(3)
    a, b = (dice.choices("abcd", k=3000) for _ in range(2))
    with pytest.raises(TooMuch):
        diffs.edits(a, b, Effort(20_000), search)


def test_two_huge_texts_are_not_compared_line_by_line():
    """Five megabytes of the shortest lines there are, in no order."""
    dice = random.Random(5)
    before, after = (["same\n", *dice.choices(["\n", "a\n"], k=1_700_000), "end\n"] for _ in range(2))
    began = time.process_time()
    codes = diffs.opcodes(before, after)
    assert time.process_time() - began < 30
    assert [code.tag for code in codes] == ["equal", "replace", "equal"]


def test_several_comparisons_share_what_there_is_for_all():
    dice = random.Random(2)
    a, b = (dice.choices(["1\n", "2\n", "3\n"], k=400) for _ in range(2))
    whole = Effort(150_000)
    tags = [[code.tag for code in diffs.opcodes(a, b, whole.part())] for _ in range(30)]
    assert len(tags[0]) > 50
    assert len(tags[-1]) <= 3
