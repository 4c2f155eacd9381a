"""Masks what comes in pieces, as if it had come at once."""

from collections.abc import Iterable, Iterator

from projects.masking import dumps, views
from projects.masking.looking import Begun, Span
from projects.masking.masker import Masker, joined, replaced, sign

# What was passed on last is looked at again: a row of a dump, or wrapped letters, may go on after it.
_REMEMBERED = 128
# Secrets that overlap are one, and one that overlaps with itself can go on for ever.
_MOST_HELD = 8192
_TELLING = 6


class Stream:
    """Keeps back only what may be the beginning of a secret."""

    def __init__(self, masker: Masker) -> None:
        self.masker, self._held, self._said = masker, b"", b""
        # Whose secret stood at the very end of what was passed on: it may go on, and is named once.
        self._named = ""

    @property
    def kept_back(self) -> int:
        """So many bytes at the end may be the beginning of a secret, and were not passed on."""
        return len(self._held)

    def feed(self, data: bytes) -> bytes:
        if not self.masker:
            return data
        data = self._said + self._held + data
        spans = self._fresh(self.masker.spans(data))
        return self._pass_on(data, spans, self._cut(data, spans))

    def end(self) -> bytes:
        """What was kept back, unless so much of a secret stands there that it would tell something."""
        data = self._said + self._held
        broken_off = [Span(start, len(data), name) for start, name, is_telling in self._begun(data) if is_telling]
        return self._pass_on(data, self._fresh([*self.masker.spans(data), *broken_off]), len(data))

    def _fresh(self, spans: Iterable[Span]) -> list[Span]:
        """In what was not passed on yet."""
        begins = len(self._said)
        return joined(span._replace(start=max(span.start, begins)) for span in spans if span.end > begins)

    def _cut(self, data: bytes, spans: list[Span]) -> int:
        """Where the beginning of a secret may stand at the end; inside one that is there only if it never ends."""
        cut = max(min((begun.start for begun in self._begun(data)), default=len(data)), len(self._said))
        start = next((span.start for span in spans if span.start < cut < span.end), cut)
        return cut if len(data) - start > _MOST_HELD else start

    def _begun(self, data: bytes) -> Iterator[Begun]:
        for at, name in self.masker.plain.beginnings(data):
            yield Begun(at, name, len(data) - at >= _TELLING)
        yield from self.masker.base64.begun(data)
        yield from self.masker.hexed.begun(data)
        yield from dumps.begun(data, self.masker.plain)

    def _pass_on(self, data: bytes, spans: list[Span], cut: int) -> bytes:
        begins = len(self._said)
        passed = [span._replace(end=min(span.end, cut)) for span in spans if span.start < cut]
        masked = replaced(data[:cut], passed)[begins:]
        if passed and passed[0].start == begins and passed[0].name == self._named:
            masked = masked.removeprefix(sign(self._named))
        if cut > begins:
            self._named = passed[-1].name if passed and passed[-1].end == cut else ""
        is_inside = any(span.start < cut < span.end for span in spans)
        remembered = views.MOST if is_inside else _REMEMBERED
        self._said, self._held = data[max(0, cut - remembered) : cut], data[cut:]
        return masked
