"""Changes that a reply asks for, applied when it is whole."""

from agents.engine import changing
from agents.engine.sinks import JobSink
from agents.engine.writer import Writer
from agents.parsing.events import Block, EditClosed, FileClosed, PatchClosed


def test_changes_of_one_file_are_made_in_their_order(writer: Writer[JobSink]):
    writer.take(FileClosed("a.txt", "one\n"))
    writer.take(PatchClosed("a.txt", "@@\n-one\n+two\n"))
    writer.take(EditClosed("a.txt", (Block("two\n", "three\n"),)))
    writer.take(PatchClosed("a.txt", "@@\n-three\n+four\n"))
    assert changing.apply(writer) == []
    assert writer.read("a.txt") == b"four\n"
    assert writer.changes == []


def test_what_was_asked_for_before_a_whole_file_is_not_done_to_it(writer: Writer[JobSink]):
    writer.take(FileClosed("a.txt", "one\n"))
    writer.take(EditClosed("a.txt", (Block("one\n", "two\n"),)))
    writer.take(FileClosed("a.txt", "one\nmore\n"))
    assert changing.apply(writer) == []
    assert writer.read("a.txt") == b"one\nmore\n"


def test_a_change_that_does_not_fit_is_told_with_its_block(writer: Writer[JobSink]):
    writer.take(FileClosed("a.txt", "one\ntwo\n"))
    writer.take(EditClosed("a.txt", (Block("one\n", "1\n"), Block("nowhere at all\n", "x\n"))))
    writer.take(PatchClosed("gone.txt", "@@\n-a\n+b\n"))
    complaints = changing.apply(writer)
    assert complaints == [
        "a.txt, block 2: NO_MATCH. The other 1 are applied; do not send them again.\n",
        "gone.txt: NO_MATCH. There is no such file; send it whole if it is new.",
    ]
    assert writer.read("a.txt") == b"1\ntwo\n"
