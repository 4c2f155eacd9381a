"""Figures about the parser, not a test: `make bench-parser` prints them.

How many megabytes a second it reads when a stream comes in small and in larger pieces, and whether
reading four times as much takes four times as long. Seconds are the processor's, as others use the machine too.
"""

import os
import random
import statistics
import time
from collections.abc import Callable

import pytest

from agents.parsing import stream

RUNS = int(os.environ.get("BENCH_RUNS", "7"))
MEGABYTE = 1_000_000
WORDS = [
    "const",
    "total",
    "=>",
    "{",
    "}",
    "return",
    "props.children",
    '<div className="card">',
    "(",
    ")",
    "// why",
    "42",
]


@pytest.mark.timeout(1200)
def test_figures() -> None:
    print(f"\nmedian of {RUNS} runs, load {os.getloadavg()[0]:.1f}")
    print(f"{'':38} {'20 at once':>12} {'200 at once':>12}")
    sizes = {size: here_documents(1, int(size * MEGABYTE)) for size in (0.5, 1.0, 2.0, 4.0)}
    taken = {size: _told(f"one file of {size} MB", text) for size, text in sizes.items()}
    _told("200 files of 10 KB", here_documents(200, 10_000))
    _told("one <file> of 1 MB", tagged(MEGABYTE))
    _told("prose, 1 MB", _code(MEGABYTE))
    growth = [taken[4.0][at] / taken[1.0][at] / 4 for at in range(2)]
    print(f"  {'growth: 4 MB over 1 MB, by 4':36} {growth[0]:12.2f} {growth[1]:12.2f}")


def here_documents(count: int, size: int) -> str:
    return "".join(
        f"# File Purpose: part {n}\ncat > src/part{n}.tsx << 'EOF_{n:04x}'\n{_code(size, seed=n)}EOF_{n:04x}\n\n"
        for n in range(count)
    )


def tagged(size: int) -> str:
    return f'<file path="src/part.tsx">\n{_code(size)}</file>\n'


def _code(size: int, *, seed: int = 0) -> str:
    """Lines as code has them: some empty, most short, each indented."""
    chance = random.Random(seed)
    lines: list[str] = []
    while size > 0:
        words = " ".join(chance.choices(WORDS, k=chance.randrange(12)))
        lines.append(f"{'  ' * chance.randrange(6)}{words}\n")
        size -= len(lines[-1])
    return "".join(lines)


def _told(what: str, text: str) -> list[float]:
    """Seconds with small and with larger pieces; prints the rates."""
    seconds = [_seconds(text, at_once=20), _seconds(text, at_once=200)]
    rates = [len(text) / MEGABYTE / one for one in seconds]
    print(f"  {what:36} {rates[0]:7.1f} MB/s {rates[1]:7.1f} MB/s")
    return seconds


def _seconds(text: str, *, at_once: int) -> float:
    pieces = [text[at : at + at_once] for at in range(0, len(text), at_once)]
    return statistics.median(_timed(lambda: _read(pieces)) for _ in range(RUNS))


def _read(pieces: list[str]) -> None:
    parser = stream.Parser()
    for piece in pieces:
        parser.feed(piece)
    parser.close()


def _timed(act: Callable[[], None]) -> float:
    began = time.process_time()
    act()
    return time.process_time() - began
