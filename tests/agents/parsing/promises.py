"""What holds for the events of every text, however odd: checked by the fuzzer and by the properties."""

from collections.abc import Iterable, Iterator

from agents.parsing import paths
from agents.parsing.events import (
    Command,
    EditClosed,
    Event,
    FileChunk,
    FileClosed,
    FileOpened,
    FileTruncated,
    Malformed,
    PatchClosed,
    Prose,
)
from tests.agents.parsing import streams


class Broken(AssertionError):
    """The promise that was not kept."""


def check(text: str, cuts: Iterable[Iterable[str]], read: streams.Read = streams.events) -> list[Event]:
    """The events, if all promises are kept."""
    found = read([text])
    for pieces in cuts:
        if read(pieces) != found:
            raise Broken("another cut gives other events")
    for problem in (*_of_files(found), *_of_the_end(text, found), *_of_origin(text, found)):
        raise Broken(problem)
    return found


def _of_files(found: list[Event]) -> Iterator[str]:
    """Each file opens, comes in chunks, and ends as what they say; nothing is between them."""
    group: list[Event] = []
    for event in found:
        if isinstance(event, FileOpened):
            group = [event]
        elif isinstance(event, FileChunk):
            group.append(event)
        elif isinstance(event, FileClosed) or (isinstance(event, FileTruncated) and event.form == "file"):
            chunks = [FileChunk(event.path, event.text)] if event.text else []
            if group != [FileOpened(event.path, _purpose(group)), *chunks]:
                yield "a file is not what its chunks say"
            group = []
        elif group:
            yield "something comes in the middle of a file"
    if group:
        yield "a file is neither closed nor truncated"


def _purpose(group: list[Event]) -> str:
    return group[0].purpose if group and isinstance(group[0], FileOpened) else ""


def _of_the_end(text: str, found: list[Event]) -> Iterator[str]:
    """Only the end of a stream is truncated, and nothing of it is lost."""
    for number, event in enumerate(found):
        if isinstance(event, FileTruncated):
            if number < len(found) - 1:
                yield "something comes after the end"
            if not text.endswith(event.text):
                yield "what was truncated is not the end of the stream"


def _of_origin(text: str, found: list[Event]) -> Iterator[str]:
    """Prose and bodies stand in the stream, in their order; commands and what was refused stand there too."""
    position = 0
    for event in found:
        if isinstance(event, Prose | FileClosed | PatchClosed):
            said = event.diff if isinstance(event, PatchClosed) else event.text
            start = text.find(said, position)
            position = start + len(said)
            if start < 0:
                yield "a text was never in the stream"
        if _line_of(event) not in text:
            yield "a line was never in the stream"
        if isinstance(event, FileOpened | PatchClosed | EditClosed) and paths.clean(event.path) != event.path:
            yield "a path is not clean"


def _line_of(event: Event) -> str:
    if isinstance(event, Command):
        return event.raw
    return event.line if isinstance(event, Malformed) else ""
