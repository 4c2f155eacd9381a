"""Ways to read a stream, and to compare what came of it."""

import random
from collections.abc import Callable, Iterable, Iterator
from typing import TypeVar

from agents.parsing.events import Command, Event, FileChunk, FileClosed
from agents.parsing.stream import Parser

Kind = TypeVar("Kind")
Read = Callable[[Iterable[str]], list[Event]]


def events(pieces: Iterable[str], kind: type[Parser] = Parser) -> list[Event]:
    """The events of a whole stream, neighbouring chunks joined."""
    parser = kind()
    raw = [event for piece in pieces for event in parser.feed(piece)]
    return joined([*raw, *parser.close()])


def whole(text: str) -> list[Event]:
    return events([text])


def of(kind: type[Kind], text: str) -> list[Kind]:
    return [event for event in whole(text) if isinstance(event, kind)]


def closed(text: str) -> list[tuple[str, str]]:
    return [(event.path, event.text) for event in of(FileClosed, text)]


def command(raw: str) -> Command:
    """A command of plain words, alone in its line."""
    return Command(tuple(raw.split()), raw)


def joined(raw: Iterable[Event]) -> list[Event]:
    found: list[Event] = []
    for event in raw:
        last = found[-1] if found else None
        if isinstance(event, FileChunk) and isinstance(last, FileChunk):
            found[-1] = FileChunk(event.path, last.text + event.text)
        else:
            found.append(event)
    return found


def cut(text: str, places: Iterable[int]) -> Iterator[str]:
    """The text cut at the places."""
    start = 0
    for place in sorted({min(place, len(text)) for place in places}):
        yield text[start:place]
        start = place
    yield text[start:]


def at_random(text: str, seed: int) -> Iterator[str]:
    """Cut into pieces of up to a length that depends on the seed."""
    rng = random.Random(seed)
    longest = rng.choice([2, 5, 20, 200, 2_000])
    position = 0
    while position < len(text):
        size = rng.randint(1, longest)
        yield text[position : position + size]
        position += size
