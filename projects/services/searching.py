"""Finding files by their names, and lines by what they say."""

from collections.abc import Iterator
from typing import NamedTuple
from uuid import UUID

from projects import errors
from projects.services import corpus
from projects.services.corpus import Corpus, Span, fold
from projects.store.trees import Manifest

MOST = 100
MOST_WORDS = 200
# Of a line, this much around what was found.
_AROUND = 160
_CONTEXT = 2


class Names(NamedTuple):
    paths: list[str]
    has_more: bool


class Line(NamedTuple):
    number: int
    text: str


class Hit(NamedTuple):
    """One line. `text` may be a part of it, and `start:end` of that is what was found, as far as it is known."""

    path: str
    number: int
    text: str
    start: int
    end: int
    before: list[Line]
    after: list[Line]

    @property
    def head(self) -> str:
        return self.text[: self.start]

    @property
    def found(self) -> str:
        return self.text[self.start : self.end]

    @property
    def tail(self) -> str:
        return self.text[self.end :]


class Found(NamedTuple):
    """`left_out`: files of text that are too large to be searched."""

    hits: list[Hit]
    has_more: bool
    left_out: int


def names(tree: Manifest, words: str, *, most: int = MOST) -> Names:
    """Paths that have all of these words, in any case; those with one in the file's own name come first."""
    wanted = fold(_checked(words)).split()
    found = [path for path in sorted(tree) if all(word in fold(path) for word in wanted)]
    found.sort(key=lambda path: not any(word in fold(path.rpartition("/")[2]) for word in wanted))
    return Names(found[:most], len(found) > most)


def content(project_id: UUID, tree: Manifest, words: str, *, is_exact: bool = False, most: int = MOST) -> Found:
    """Lines that say this, in the order of the files; in any case unless it is to be exact."""
    words = _checked(words)
    kept = corpus.ready(project_id, tree)
    hits: list[Hit] = []
    left_out = sum(entry.size > corpus.MOST_TEXT for entry in tree.values())
    for hit in _hits(kept, tree, words, is_exact=is_exact):
        if len(hits) == most:
            return Found(hits, has_more=True, left_out=left_out)
        hits.append(hit)
    return Found(hits, has_more=False, left_out=left_out)


def _checked(words: str) -> str:
    """One line of a bearable length, taken as it is: there are no patterns, so none can run wild."""
    if not words.strip():
        raise errors.BadQuery("Say what to look for.")
    if len(words) > MOST_WORDS or "\n" in words or "\0" in words:
        raise errors.BadQuery(f"Look for one line of up to {MOST_WORDS} characters.")
    return words


def _hits(kept: Corpus, tree: Manifest, words: str, *, is_exact: bool) -> Iterator[Hit]:
    needle = (words if is_exact else fold(words)).encode(errors="replace")
    for path in sorted(tree):
        span = kept.spans.get(tree[path].sha256)
        if span is None:
            continue
        text = kept.texts[span.start : span.end] if is_exact else kept.folded[span.folded_start : span.folded_end]
        if needle in text:
            yield from _lines(path, _numbers(text, needle), kept, span, words, is_exact=is_exact)


def _numbers(text: bytes, needle: bytes) -> Iterator[int]:
    """Each line that has it, once."""
    at, counted, number = text.find(needle), 0, 0
    while at != -1:
        number += text.count(b"\n", counted, at)
        yield number
        counted = text.find(b"\n", at)
        at = text.find(needle, counted) if counted != -1 else -1


def _lines(path: str, numbers: Iterator[int], kept: Corpus, span: Span, words: str, *, is_exact: bool) -> Iterator[Hit]:
    lines = [line.rstrip("\r") for line in kept.texts[span.start : span.end].decode(errors="replace").split("\n")]
    for number in (number for number in numbers if number < len(lines)):
        start, end = _place(lines[number], words, is_exact=is_exact)
        first = max(0, start - _AROUND)
        text = lines[number][first : end + _AROUND]
        before = _context(lines, range(max(0, number - _CONTEXT), number))
        after = _context(lines, range(number + 1, min(len(lines), number + 1 + _CONTEXT)))
        yield Hit(path, number + 1, text, start - first, end - first, before, after)


def _place(line: str, words: str, *, is_exact: bool) -> tuple[int, int]:
    """Folding may change the length of a line; then the place is told as nothing."""
    folded = line if is_exact else fold(line)
    start = folded.find(words if is_exact else fold(words))
    return (start, start + len(words)) if start != -1 and len(folded) == len(line) else (0, 0)


def _context(lines: list[str], numbers: range) -> list[Line]:
    return [Line(number + 1, lines[number][: 2 * _AROUND]) for number in numbers]
