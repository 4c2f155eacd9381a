"""Hurts streams made by rule and looks whether the parser keeps its promises.

`python -m tests.agents.parsing.fuzz --seconds 60 --seed 1` prints what it did, and fails with the smallest text
it knows for the first promise that was broken. The same seed makes the same cases.
"""

import argparse
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from random import Random

from agents.parsing import continuing, edits, scof, tags
from agents.parsing.events import EditClosed, FileTruncated, PatchClosed
from tests.agents.parsing import grammar, promises, streams

MOST_WOUNDS = 4


@dataclass(frozen=True)
class Finding:
    case: int
    problem: str
    text: str


def search(seed: int, cases: Iterator[int], read: streams.Read = streams.events) -> tuple[int, Finding | None]:
    """How many cases were tried, and the first that broke a promise."""
    tried = 0
    for case in cases:
        tried += 1
        chance = Random(f"{seed} {case}")
        text, wanted = grammar.stream(chance)
        if read([text]) != wanted:
            return tried, Finding(case, "a whole stream means something else", text)
        hurt = wounded(chance, text)
        if problem := problem_of(hurt, chance, read):
            return tried, Finding(case, problem, smallest(hurt, problem, chance, read))
    return tried, None


def wounded(chance: Random, text: str) -> str:
    """Something is missing, doubled, moved, put in, or cut off."""
    for _ in range(chance.randint(1, MOST_WOUNDS)):
        start, stop = sorted(chance.randint(0, len(text)) for _ in range(2))
        stop = min(stop, start + chance.choice([1, 3, 40]))
        before, inside, after = text[:start], text[start:stop], text[stop:]
        fragment = chance.choice([*grammar.LINES, *grammar.ENDINGS, *grammar.SAID, *grammar.COMMANDS])
        text = chance.choice(
            [
                before + after,
                before + inside + inside + after,
                before + fragment + after,
                before + fragment + "\n" + after,
                after + inside + before,
                before + inside[::-1] + after,
                before,
                text.replace("\n", "\r\n"),
                text.replace("\r\n", "\n"),
            ]
        )
    return text


def problem_of(text: str, chance: Random, read: streams.Read) -> str:
    """The promise that this text breaks, if it breaks one; any exception is one."""
    try:
        found = promises.check(text, _cuts(text, chance), read)
        for kind in (scof.Parser, tags.Parser):
            promises.check(
                text, [streams.at_random(text, chance.randint(0, 2**32))], partial(streams.events, kind=kind)
            )
        for event in found:
            if isinstance(event, EditClosed):
                edits.apply(text, event.blocks)
            elif isinstance(event, PatchClosed):
                edits.apply_unified(text, event.diff)
            elif isinstance(event, FileTruncated):
                _continue(event.text, chance)
    except Exception as problem:  # whatever it is, it is a finding
        return f"{type(problem).__name__}: {problem}"
    return ""


def _cuts(text: str, chance: Random) -> Iterator[list[str]]:
    yield list(text)
    for size in (2, 7):
        yield [text[at : at + size] for at in range(0, len(text), size)]
    yield list(streams.at_random(text, chance.randint(0, 2**32)))


def _continue(text: str, chance: Random) -> None:
    """A reply that begins anywhere in what was there is joined without loss, or called ambiguous."""
    kept = continuing.whole_lines(text)
    reply = kept[chance.randint(0, len(kept)) :] + grammar.body(chance)
    joined = continuing.join(text, reply)
    if not joined.text.startswith(kept) or not reply.endswith(joined.text[len(kept) :]):
        raise promises.Broken("a continuation loses what was there")


def smallest(text: str, problem: str, chance: Random, read: streams.Read) -> str:
    """Take pieces away as long as the same promise stays broken."""
    size = len(text) // 2
    while size:
        for start in range(0, len(text), size):
            less = text[:start] + text[start + size :]
            if problem_of(less, chance, read) == problem:
                text = less
                break
        else:
            size //= 2
    return text


def until(seconds: float, now: Callable[[], float] = time.monotonic) -> Iterator[int]:
    """Numbers of cases, until the time is over."""
    end, case = now() + seconds, 0
    while now() < end:
        yield case
        case += 1


def main(arguments: list[str]) -> int:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--seconds", type=float, default=60)
    options.add_argument("--seed", type=int, default=1)
    asked = options.parse_args(arguments)
    tried, finding = search(asked.seed, until(asked.seconds))
    print(f"seed {asked.seed}: {tried} cases")
    if finding:
        print(f"case {finding.case}: {finding.problem}\n{finding.text!r}")
    return 1 if finding else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
