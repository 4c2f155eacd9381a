"""Where the tag goes in a page, and that nothing else of it changes."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sandboxes.preview.insertion import MOST_HELD, Insertion

TAG = b"<script src=x></script>"

PLACES = [
    (b"<!doctype html><html lang='en'><head>", b"<title>A</title>"),
    (b"<!doctype html>\n<html>\n<head data-x='a>b' y=\"</head>\" z>", b"\n<meta charset=utf-8>"),
    (b'\xef\xbb\xbf<!-- a > b --><!DOCTYPE html PUBLIC "x">\n<HTML class=a"b>\n<HEAD\n>', b"<title>"),
    (b"<!doctype html><html>", b"<header>No head</header>"),
    (b"<!doctype html><html>", b"<body><head>"),
    (b"<!doctype html>", b"<headline>"),
    (b"<!doctype html>", b"<title>A</title><h1>B</h1>"),
    (b"", b"<h1>A piece of a page</h1>"),
    (b"", b"Words alone"),
    (b"<!--><!---><!-- > --!><?xml version='1'?>", b"x<head>"),
    (b"  \n", b"</p>"),
    (b"<!doctype html>", b"<htmlx><head>"),
    (b"<!doctype html><html><head/>", b"<title>"),
    (b"<!doctype html>", b"<head data-open='never closed"),
]  # fmt: skip


def whole(page: bytes, *cuts: int) -> bytes:
    insertion = Insertion(TAG)
    ends = [*sorted(cuts), len(page)]
    pieces = [page[start:end] for start, end in zip([0, *ends], ends, strict=False)]
    return b"".join([*(insertion.feed(piece, is_last=False) for piece in pieces), insertion.feed(b"", is_last=True)])


@pytest.mark.parametrize(("before", "after"), PLACES)
def test_it_goes_first_into_the_head_or_where_one_would_begin(before: bytes, after: bytes) -> None:
    assert whole(before + after) == before + TAG + after


@pytest.mark.parametrize(("before", "after"), PLACES)
def test_byte_by_byte_it_is_the_same(before: bytes, after: bytes) -> None:
    page = before + after
    assert whole(page, *range(len(page))) == before + TAG + after


_PIECES = st.sampled_from(
    [
        *(b"<!doctype html>", b"<html>", b"<head>", b"<html a='>'", b"<head ", b"<!--", b"-->", b"<", b">", b"<!"),
        *(b"\n", b" ", b'a="', b"'", b"=", b"/", b"x", b"<body>", b"<?", b"\xef\xbb\xbf", b"<he", b"\xff\x00"),
    ]
)  # fmt: skip
_PAGES = st.lists(st.one_of(_PIECES, st.binary(max_size=6)), max_size=30).map(b"".join)


@given(_PAGES, st.lists(st.integers(0, 120), max_size=8))
def test_however_it_is_cut_the_bytes_are_the_same(page: bytes, cuts: list[int]) -> None:
    assert whole(page, *(cut for cut in cuts if cut <= len(page))) == whole(page)


@given(_PAGES.filter(bool))
def test_it_goes_in_once_and_nothing_else_changes(page: bytes) -> None:
    changed = whole(page)
    assert changed.count(TAG) == 1
    assert changed.replace(TAG, b"", 1) == page


def test_an_answer_without_a_body_stays_without_one() -> None:
    assert whole(b"") == b""


@pytest.mark.parametrize("opening", [b"<!--", b"<html a='", b"<?", b"<!", b" "])
def test_a_page_that_never_begins_is_not_held_for_ever(opening: bytes) -> None:
    insertion, sent = Insertion(TAG), b""
    page = b"<!doctype html>" + opening + b" " * 2 * MOST_HELD
    held = 0
    for start in range(0, len(page), 1000):
        sent += insertion.feed(page[start : start + 1000], is_last=False)
        held = max(held, start + 1000 - len(sent))
    assert held <= MOST_HELD + 1000
    assert sent + insertion.feed(b"", is_last=True) == whole(page)
    assert whole(page).replace(TAG, b"", 1) == page


@pytest.mark.timeout(20)
@pytest.mark.parametrize("hostile", [b"<html " + b"a=" * 8000, b"<html" + b" '\"=" * 4000, b"<!--" + b"--!" * 5000])
def test_no_page_takes_long_to_look_at(hostile: bytes) -> None:
    assert whole(hostile, *range(0, len(hostile), 64)).count(TAG) == 1
