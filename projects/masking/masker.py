"""Puts names in the place of secrets."""

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator

from projects.masking import dumps, forms, views
from projects.masking.looking import Forms, Span
from projects.masking.views import Wrapped

_SIGN = re.compile(r"\[secret ([A-Za-z_]\w*)\]", re.ASCII)


class Masker:
    """For the values of some names; where one stands, its name is said instead. A name may have several."""

    def __init__(self, values: Iterable[tuple[str, str]]) -> None:
        written = [(name, forms.of(value)) for name, value in values]
        self.plain = Forms({form: name for name, of in written for form in of.plain})
        self.base64 = Wrapped(views.BASE64, Forms({form: name for name, of in written for form in of.base64}))
        self.hexed = Wrapped(views.HEX, Forms({form: name for name, of in written for form in of.hexed}))

    def __bool__(self) -> bool:
        return bool(self.plain.names)

    def text(self, text: str) -> str:
        if not self:
            return text
        data = text.encode(errors="surrogatepass")
        masked = self.data(data)
        return text if masked is data else masked.decode(errors="surrogatepass")

    def data(self, data: bytes) -> bytes:
        return replaced(data, joined(self.spans(data)))

    def without(self, data: bytes, say: Callable[[str], bytes]) -> bytes:
        """As `data`, with another sign than ours: for what leaves this installation and is no text of it any more."""
        return replaced(data, joined(self.spans(data)), say)

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

    def spans(self, data: bytes) -> Iterator[Span]:
        """Every place where something secret stands. They may overlap."""
        if self:
            yield from self.plain.spans(data)
            yield from self.base64.spans(data)
            yield from self.hexed.spans(data)
            yield from dumps.spans(data, self.plain)


def joined(spans: Iterable[Span]) -> list[Span]:
    """Those that overlap as one, and the pieces of one: of two that share letters no end is left over."""
    found: list[Span] = []
    for span in sorted(spans, key=lambda span: (span.start, -span.end)):
        last = found[-1] if found else Span(0, -1, "")
        if span.start < last.end or (span.start == last.end and span.name == last.name):
            found[-1] = last._replace(end=max(last.end, span.end))
        else:
            found.append(span)
    return found


def sign(name: str) -> bytes:
    return f"[secret {name}]".encode()


def replaced(data: bytes, spans: list[Span], say: Callable[[str], bytes] = sign) -> bytes:
    pieces: list[bytes] = []
    at = 0
    for start, end, name in spans:
        pieces += [data[at:start], say(name)]
        at = end
    return b"".join([*pieces, data[at:]]) if spans else data


def named(text: str) -> Counter[str]:
    """Whose secrets were masked in this text, and how often."""
    return Counter(_SIGN.findall(text))
