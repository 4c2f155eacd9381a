import difflib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agents.parsing import edits

FILE = "one\ntwo\nthree\nfour\nfive\n"


def codes(result):
    return [failure.code for failure in result.failures]


def test_it_applies_a_unified_diff():
    diff = "--- a/f\n+++ b/f\n@@ -1,3 +1,3 @@\n one\n-two\n+2\n three\n@@ -4,2 +4,3 @@\n four\n+4.5\n five\n"
    result = edits.apply_unified(FILE, diff)
    assert result.text == "one\n2\nthree\nfour\n4.5\nfive\n"
    assert [applied.index for applied in result.applied] == [0, 1]


@pytest.mark.parametrize("head", ["@@ -90,3 +90,3 @@ def f():", "@@", "@@ ... @@", "@@ -1 +1 @@"])
def test_line_numbers_may_be_wrong(head):
    assert edits.apply_unified(FILE, f"{head}\n two\n-three\n+3\n").text == FILE.replace("three", "3")


def test_the_line_number_decides_between_equal_places():
    text = "x\n" + "a\n" * 100 + "x\n"
    assert edits.apply_unified(text, "@@ -102,1 +102,1 @@\n-x\n+y\n").text == "x\n" + "a\n" * 100 + "y\n"
    assert codes(edits.apply_unified("x\nx\n", "@@ -1 +1 @@\n-x\n+y\n")) == ["AMBIGUOUS"]


def test_a_blank_context_line_may_lack_its_blank():
    assert edits.apply_unified("a\n\nb\n", "@@ -1,3 +1,3 @@\n a\n\n-b\n+c\n").text == "a\n\nc\n"


def test_it_keeps_crlf_and_the_byte_order_mark():
    assert edits.apply_unified("\ufeffa\r\nb\r\n", "@@ -1,2 +1,3 @@\n a\n+x\n b\n").text == "\ufeffa\r\nx\r\nb\r\n"


def test_it_adds_and_takes_the_final_newline_when_told():
    gone = edits.apply_unified("a\nb\n", "@@ -1,2 +1,2 @@\n a\n-b\n+c\n\\ No newline at end of file\n")
    assert gone.text == "a\nc"
    back = edits.apply_unified("a\nb", "@@ -1,2 +1,2 @@\n a\n-b\n\\ No newline at end of file\n+c\n")
    assert back.text == "a\nc\n"
    kept = edits.apply_unified("a\nb", "@@ -1,2 +1,2 @@\n a\n-b\n+c\n")
    assert kept.text == "a\nc"


def test_it_fills_an_empty_file():
    assert edits.apply_unified("", "--- /dev/null\n+++ b/f\n@@ -0,0 +1,2 @@\n+a\n+b\n").text == "a\nb\n"


def test_a_deleted_line_may_start_with_dashes():
    assert edits.apply_unified("-- old\nx\n", "@@ -1,2 +1,2 @@\n--- old\n+-- new\n x\n").text == "-- new\nx\n"


@pytest.mark.parametrize(
    "diff",
    [
        "",
        "just words\n",
        "@@ -1 +1 @@\nwhat is this\n",
        "@@ -3,0 +4,1 @@\n+no context\n",
        "@@ -1 +1 @@\n one\n",
    ],
)
def test_it_refuses_what_is_no_diff_and_leaves_the_text(diff):
    result = edits.apply_unified(FILE, diff)
    assert codes(result) == ["MALFORMED_BLOCK"]
    assert result.text == FILE


@pytest.mark.parametrize(
    ("diff", "reason"),
    [
        ("", "The patch has no hunk: expected a line that starts with @@."),
        ("just words\n", "The patch has no hunk: expected a line that starts with @@."),
        ("@@\nwhat is this\n", "A line of the hunk starts with neither blank, + nor -: what is this"),
    ],
)
def test_what_is_no_diff_fills_no_empty_file_either(diff, reason):
    result = edits.apply_unified("", diff)
    assert [(failure.code, failure.near) for failure in result.failures] == [("MALFORMED_BLOCK", reason)]
    assert (result.text, result.applied) == ("", ())


def test_it_refuses_a_second_file():
    diff = "--- a/f\n+++ b/f\n@@ -1 +1 @@\n-one\n+1\n--- a/g\n+++ b/g\n@@ -1 +1 @@\n-x\n+y\n"
    result = edits.apply_unified(FILE, diff)
    assert result.text == FILE.replace("one", "1")
    assert codes(result) == ["MALFORMED_BLOCK"]


def test_a_hunk_that_does_not_fit_is_named_and_the_text_is_never_the_diff():
    result = edits.apply_unified(FILE, "@@ -1 +1 @@\n-nothing like this here\n+x\n")
    assert codes(result) == ["NO_MATCH"]
    assert result.text == FILE


LINE = st.sampled_from(["", "}", "  return x;", "one line", "another line", "--- a", "+++ b", "@@", "é\u2028"])
LINES = st.lists(st.one_of(LINE, st.integers(0, 99).map(str)), max_size=25)


@given(LINES, LINES, st.integers(0, 25), st.integers(0, 4))
def test_a_diff_that_fits_gives_exactly_what_it_was_made_from(old, put_in, at, taken):
    new = [*old[:at], *put_in[:4], *old[at + taken :]]
    diff = "".join(f"{line}\n" for line in difflib.unified_diff(old, new, lineterm=""))
    before, after = ("".join(f"{line}\n" for line in lines) for lines in (old, new))
    result = edits.apply_unified(before, diff)
    if not result.failures:
        assert result.text == after
    elif not result.applied:
        assert result.text == before


@given(st.text(max_size=100), st.text(alphabet="@ -+ab\n\r\\1,", max_size=200))
def test_it_never_raises(text, diff):
    result = edits.apply_unified(text, diff)
    assert result.applied or result.text == text
