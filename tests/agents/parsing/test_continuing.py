"""A file that was cut off and the reply that goes on with it become one, or it is said that nobody can know."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agents.parsing import continuing
from agents.parsing.continuing import Joined
from agents.parsing.events import FileTruncated
from tests.agents.parsing import streams

FEW = st.sampled_from(["", "}", "  });", "alpha beta gamma", "delta epsilon", "\t", "é" * 9, "x", "\x0b"])
ENDINGS = st.sampled_from(["\n", "\r\n"])
WHOLE = [f"line number {number} of the file" for number in range(90)]


def text_of(lines, ending="\n"):
    return "".join(line + ending for line in lines)


@pytest.mark.parametrize("text", ["", "half", "one\n", "one\nhal", "\n", "\r", "one\r\ntwo\r\nth", "a\u2028b\x0bc\nd"])
def test_whole_lines_end_at_the_last_line_feed(text):
    kept = continuing.whole_lines(text)
    assert text.startswith(kept)
    assert "\n" not in text[len(kept) :]
    assert not kept or kept.endswith("\n")


def test_a_reply_that_goes_on_is_joined_as_it_is():
    assert continuing.join("one\ntwo\nthr", "three\nfour") == Joined("one\ntwo\nthree\nfour")
    assert continuing.join("", "three\nfour") == Joined("three\nfour")
    assert continuing.join("hal", "half a line\n") == Joined("half a line\n")
    assert continuing.join("one\n", "") == Joined("one\n")


@pytest.mark.parametrize("count", [1, 2, 39, 40])
def test_what_the_reply_repeats_is_left_out(count):
    joined = continuing.join(text_of(WHOLE[:60]) + "line num", text_of(WHOLE[60 - count :]))
    assert joined == Joined(text_of(WHOLE), repeated=count)


def test_a_repeated_line_may_end_in_another_way_and_the_rest_is_kept_byte_for_byte():
    joined = continuing.join("first line here\r\nsecond line here\r\n", "second line here\nthird \r\n\x0b\n\nend")
    assert joined == Joined("first line here\r\nsecond line here\r\nthird \r\n\x0b\n\nend", repeated=1)


@pytest.mark.parametrize("count", [3, 60])
def test_a_reply_may_repeat_the_whole_file(count):
    assert continuing.join(text_of(WHOLE[:count]) + "lin", text_of(WHOLE)) == Joined(text_of(WHOLE), repeated=count)


@pytest.mark.parametrize(
    ("text", "reply"),
    [
        ("if a {\n}\n", "}\nend of it all\n"),
        ("\n", "\nsome more lines\n"),
        (text_of(["one two three", "four five", "one two three"]), "one two three\nsix\n"),
        (text_of(["alpha beta", "gamma delta"] * 2), text_of(["alpha beta", "gamma delta"] * 2 + ["end"])),
        (text_of(WHOLE[:60]), text_of(WHOLE[19:])),
        (text_of(WHOLE[:60]), text_of([*WHOLE[:2], "something else", *WHOLE[2:]])),
        (text_of(WHOLE[:60]), text_of([*WHOLE[50:55], "something else", *WHOLE[60:]])),
        (text_of(WHOLE[:60]), text_of(["// a note on top", *WHOLE])),
        (text_of(WHOLE[:60]), text_of(["", *WHOLE])),
        (text_of(WHOLE[:50]), text_of(["line number 'zero' of the file", *WHOLE[1:]])),
    ],
    ids=[
        "bracket",
        "blank",
        "stands-twice",
        "twice-in-a-row",
        "too-many",
        "all-over",
        "altered",
        "noted",
        "led-in",
        "first-line",
    ],
)
def test_what_nobody_can_know_is_said_and_nothing_is_joined(text, reply):
    assert continuing.join(text, reply) == Joined(text, is_ambiguous=True)


def test_the_number_of_lines_looked_at_may_be_chosen():
    text, reply = text_of(WHOLE[:9]), text_of(WHOLE[6:12])
    assert continuing.join(text, reply, most=3) == Joined(text_of(WHOLE[:12]), repeated=3)
    assert continuing.join(text, reply, most=2).is_ambiguous


@given(st.integers(0, 90), st.integers(0, 40), st.text(alphabet="lineumbr 0", max_size=9), ENDINGS)
def test_lines_that_differ_are_joined_wherever_the_file_was_cut(at, repeated, half, ending):
    text, reply = text_of(WHOLE[:at], ending) + half, text_of(WHOLE[max(0, at - repeated) :], ending)
    joined = continuing.join(text, reply)
    assert joined == Joined(text_of(WHOLE, ending), repeated=min(at, repeated))


@given(st.lists(FEW, max_size=12), st.lists(FEW, max_size=12), st.integers(0, 12), ENDINGS)
def test_no_line_is_doubled_or_lost_unless_the_file_itself_repeats_itself_there(before, after, repeated, ending):
    old, new = text_of(before, ending), text_of([*before[max(0, len(before) - repeated) :], *after], ending)
    joined = continuing.join(old + "half", new)
    stands_twice = not min(repeated, len(before)) and any(
        before[-count:] == after[:count] for count in range(1, len(before) + 1)
    )
    if joined.is_ambiguous:
        assert joined.text == old
    elif not stands_twice:
        assert joined.text == old + text_of(after, ending)


@given(st.text(max_size=80), st.text(max_size=80))
def test_nothing_but_repeated_lines_is_ever_left_out(text, reply):
    kept = continuing.whole_lines(text)
    joined = continuing.join(text, reply)
    left_out = reply.removesuffix(joined.text[len(kept) :])
    assert joined.text.startswith(kept)
    assert joined.is_ambiguous or left_out + joined.text[len(kept) :] == reply
    assert joined.is_ambiguous or left_out.count("\n") <= joined.repeated


@given(st.integers(0, 3_000), st.integers(0, 5))
def test_a_stream_cut_anywhere_can_be_gone_on_with(cut, repeated):
    body = text_of(WHOLE, "\r\n")
    found = streams.whole(f"cat > a << 'EOF_1'\n{body}"[: 19 + cut])[-1]
    assert isinstance(found, FileTruncated)
    there = continuing.whole_lines(found.text)
    rest = WHOLE[max(0, there.count("\n") - repeated) :]
    assert continuing.join(found.text, text_of(rest, "\r\n")).text == body
