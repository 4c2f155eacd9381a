import itertools

from hypothesis import given
from hypothesis import strategies as st

from projects.store import hunks
from projects.store.hunks import APPROVED, REJECTED

words = st.sampled_from(["a", "b", "c", "", "\r", "é", "\ufeffx", "\u2028"])
texts = st.lists(words, max_size=40).map("\n".join).map(str.encode)
LINES = [f"{number}\n" for number in range(60)]
BEFORE = "".join(LINES).encode()


def edited(*numbers: int) -> bytes:
    return "".join(f"new {line}" if at in numbers else line for at, line in enumerate(LINES)).encode()


def decided(names: list[str], word: str) -> dict[str, str]:
    return dict.fromkeys(names, word)


@given(texts, texts)
def test_all_approved_is_after_and_none_is_before(before: bytes, after: bytes):
    names = [part.id for part in hunks.parts(before, after)]
    assert len(set(names)) == len(names)
    assert hunks.select(before, after, decided(names, APPROVED)) == (after if names else before)
    assert hunks.select(before, after, decided(names, REJECTED)) == before
    assert hunks.select(before, after, {}) == before
    assert hunks.select(before, after, {}, undecided=APPROVED) == after


def test_any_choice_is_exactly_those_edits():
    places = (3, 17, 31, 45, 59)
    names = [part.id for part in hunks.parts(BEFORE, edited(*places))]
    assert len(names) == len(places)
    for size in range(len(places) + 1):
        for chosen in itertools.combinations(range(len(places)), size):
            approved = decided([names[at] for at in reversed(chosen)], APPROVED)
            assert hunks.select(BEFORE, edited(*places), approved) == edited(*(places[at] for at in chosen))


@given(texts, texts, st.data())
def test_what_was_left_out_can_be_taken_later(before: bytes, after: bytes, data: st.DataObject):
    names = [part.id for part in hunks.parts(before, after)]
    first = data.draw(st.sets(st.sampled_from(names))) if names else set()
    some = hunks.select(before, after, dict.fromkeys(first, APPROVED))
    rest = hunks.select(some, after, {}, undecided=APPROVED)
    assert rest == after


def test_a_part_keeps_its_name_while_others_change():
    [early, late] = hunks.parts(BEFORE, edited(3, 40))
    assert hunks.parts(BEFORE, edited(40))[0].id == late.id
    assert hunks.parts(BEFORE, b"head\nhead\n" + edited(40))[-1].id == late.id
    assert early.id != late.id


def test_the_same_edit_at_another_place_has_another_name():
    before = b"same\n" * 60
    lines = before.splitlines(keepends=True)
    changed = [*lines[:10], b"x\n", *lines[11:40], b"x\n", *lines[41:]]
    assert len({part.id for part in hunks.parts(before, b"".join(changed))}) == 2


def test_a_file_that_comes_goes_or_is_no_text_stays_whole():
    for before, after in [(None, b"a\n"), (b"a\n", None), (b"\0", b"a\n"), (b"a\n", b"\xff")]:
        assert hunks.parts(before, after) == []
        assert hunks.select(before, after, {}) == before
        assert hunks.select(before, after, {}, undecided=APPROVED) == after


def test_ends_of_lines_and_of_the_file_are_kept():
    before = "\ufeffone\r\n" + "same\r\n" * 20 + "last"
    after = "\ufeffone\n" + "same\r\n" * 20 + "last\n"
    first, last = hunks.parts(before.encode(), after.encode())
    only = hunks.select(before.encode(), after.encode(), {first.id: APPROVED, last.id: REJECTED})
    assert only == after.removesuffix("\n").encode()
