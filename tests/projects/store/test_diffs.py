import pytest
from hypothesis import given
from hypothesis import strategies as st

from projects.store import diffs
from projects.store.diffs import Line, Stats

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


def test_two_huge_texts_are_not_compared_line_by_line():
    before = [f"{number}\n" for number in range(3000)]
    after = [f"{number}!\n" for number in range(3000)]
    codes = diffs.opcodes(["same\n", *before, "end\n"], ["same\n", *after, "end\n"])
    assert [code.tag for code in codes] == ["equal", "replace", "equal"]
