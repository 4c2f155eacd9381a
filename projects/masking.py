"""Takes secrets out of what programs say, in each of the ways that programs write them. Pure.

A program that means to give a secret away can do so in ways that nobody foresees; this is for those that do not.
"""

import base64
import html
import json
import shlex
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import AnyStr
from urllib.parse import quote, quote_plus

LEAST = 6
"""Shorter values cannot be told from other words."""
_LEAST_LINE = 8
_LEAST_BEGINNING = 6
# Longer forms are looked for in pieces: a stream then keeps back little, and part of a key is found, too.
_PIECE = 128


class Masker:
    """For the values of some names; where one stands, its name is said instead. A name may have several."""

    def __init__(self, values: Iterable[tuple[str, str]]) -> None:
        found = {form: name for name, value in values for form in _forms(value)}
        self.texts = dict(sorted(found.items(), key=lambda item: -len(item[0])))
        self.bytes = {form.encode(errors="surrogatepass"): name for form, name in self.texts.items()}
        self.by_first: dict[int, list[bytes]] = {}
        for form in self.bytes:
            self.by_first.setdefault(form[0], []).append(form)
        self.longest = max(map(len, self.bytes), default=0)

    def __bool__(self) -> bool:
        return bool(self.texts)

    def text(self, text: str) -> str:
        return _mask(text, self.texts, _sign) if self.texts else text

    def data(self, data: bytes) -> bytes:
        return _mask(data, self.bytes, lambda name: _sign(name).encode()) if self.bytes else data

    def value(self, value: object) -> object:
        """The same lists and dictionaries with every text in them masked."""
        match value:
            case str():
                return self.text(value)
            case dict():
                return {self.value(key): self.value(each) for key, each in value.items()}
            case list() | tuple():
                return type(value)(self.value(each) for each in value)
        return value


class Stream:
    """Masks what comes in pieces. Keeps back only what may be the beginning of a secret."""

    def __init__(self, masker: Masker) -> None:
        self.masker, self._held = masker, b""

    def feed(self, data: bytes) -> bytes:
        if not self.masker.bytes:
            return data
        data = self._held + data
        cut = self._cut(data)
        self._held = data[cut:]
        return self.masker.data(data[:cut])

    def end(self) -> bytes:
        """What was kept back, unless so much of a secret stands there that it would tell something."""
        held, self._held = self._held, b""
        masked = self.masker.data(held)
        begun, name = self._begun(masked)
        is_telling = len(masked) - begun >= _LEAST_BEGINNING
        return masked[:begun] + _sign(name).encode() if is_telling else masked

    def _cut(self, data: bytes) -> int:
        """Where the beginning of a secret may stand at the end; never inside one that is there already."""
        cut, _ = self._begun(data)
        spans = list(_spans(data, self.masker.bytes))
        while inside := [start for start, end, _ in spans if start < cut < end]:
            cut = min(inside)
        return cut

    def _begun(self, data: bytes) -> tuple[int, str]:
        """The first place from which everything to the end is the beginning of a form, and of whose."""
        for at in range(max(0, len(data) - self.masker.longest + 1), len(data)):
            rest = data[at:]
            for form in self.masker.by_first.get(rest[0], ()):
                if form.startswith(rest):
                    return at, self.masker.bytes[form]
        return len(data), ""


def _mask(whole: AnyStr, forms: Mapping[AnyStr, str], sign: Callable[[str], AnyStr]) -> AnyStr:
    spans = _joined(_spans(whole, forms))
    pieces: list[AnyStr] = []
    at = 0
    for start, end, name in spans:
        pieces += [whole[at:start], sign(name)]
        at = end
    pieces.append(whole[at:])
    return whole[:0].join(pieces) if spans else whole


def _spans(whole: AnyStr, forms: Mapping[AnyStr, str]) -> Iterator[tuple[int, int, str]]:
    for form, name in forms.items():
        at = whole.find(form)
        while at >= 0:
            yield at, at + len(form), name
            at = whole.find(form, at + 1)


def _joined(spans: Iterable[tuple[int, int, str]]) -> list[tuple[int, int, str]]:
    """Those that overlap as one, and the pieces of one: of two that share letters no end is left over."""
    joined: list[tuple[int, int, str]] = []
    for start, end, name in sorted(spans, key=lambda span: (span[0], -span[1])):
        first, last, known = joined[-1] if joined else (0, -1, "")
        if start < last or (start == last and name == known):
            joined[-1] = (first, max(last, end), known)
        else:
            joined.append((start, end, name))
    return joined


def _sign(name: str) -> str:
    return f"[secret {name}]"


def _forms(value: str) -> set[str]:
    """Every way of writing it that is worth looking for."""
    lines = [line.strip() for line in value.splitlines()]
    parts = {value, value.strip(), *(line for line in lines if len(line) >= _LEAST_LINE)}
    forms = {form for part in parts if len(part.strip()) >= LEAST for form in _written(part)}
    return {piece for form in forms for piece in _pieces(form) if len(piece) >= LEAST}


def _pieces(form: str) -> Iterator[str]:
    """The last one longer than the others, rather than so short that it would be found everywhere."""
    count = max(1, len(form) // _PIECE)
    for number in range(count):
        yield form[number * _PIECE : None if number == count - 1 else (number + 1) * _PIECE]


def _written(part: str) -> Iterator[str]:
    quoted, plused = quote(part, safe=""), quote_plus(part)
    escaped = json.dumps(part)[1:-1]
    yield from (part, repr(part)[1:-1], shlex.quote(part).strip("'"))
    yield from (escaped, json.dumps(escaped)[1:-1], json.dumps(part, ensure_ascii=False)[1:-1])
    yield from (escaped.replace("/", r"\/"), part.replace("'", r"\'"), part.replace("\n", "\r\n"))
    yield from (quoted, quote(part), plused, _lower_escapes(quoted), _lower_escapes(plused))
    yield from (quote(part, safe="!'()*~"), quote(part, safe="!'()*~;,/?:@&=+$#"))  # as browsers do
    escaped = html.escape(part)
    yield from (escaped, escaped.replace("&#x27;", "&#39;"), html.escape(part, quote=False))
    yield escaped.replace("&#x27;", "&#39;").replace("&quot;", "&#34;")
    data = part.encode(errors="surrogatepass")
    yield from (data.hex(), data.hex().upper())
    yield from _in_base64(data)


def _lower_escapes(quoted: str) -> str:
    head, *rest = quoted.split("%")
    return head + "".join(f"%{piece[:2].lower()}{piece[2:]}" for piece in rest)


def _in_base64(data: bytes) -> Iterator[str]:
    """As part of anything longer: what stands before it decides between three ways of writing it."""
    for before in range(3):
        encoded = base64.b64encode(b"\0" * before + data).decode().rstrip("=")
        first, last = -(-before * 8 // 6), (before + len(data)) * 8 // 6
        inner = encoded[first:last]
        yield from (inner, inner.replace("+", "-").replace("/", "_"))
