"""What is looked for of a secret: which parts of it, and every way of writing each that is worth looking for."""

import base64
import html
import json
import re
import shlex
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from urllib.parse import quote, quote_plus, unquote, unquote_plus

from projects.masking.ordinary import is_ordinary

LEAST = 6
"""Shorter values cannot be told from other words."""
_LEAST_PART = 8
# Longer forms are looked for in pieces: a stream then keeps back little, and part of a key is found, too.
_PIECE = 128
_HEX_PIECE = 64

# user:password@, where the host begins after the last @ of what can be one; or after the last of all, as people paste.
_PASSWORD = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*://[^\s:/?#@]*:([^\s/?#]+)@")
_LOOSE_PASSWORD = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*://[^\s:/?#@]*:(\S+)@")
_LONE_TOKEN = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*://([^\s:/?#@]+)@")

# Which letters are written as \u0026 and its like: by Go and Rails, by Django and Jinja, by PHP, by .NET.
_ESCAPED = ("&<>", "&<>'", "&<>'\"", "&<>'\"+`")


@dataclass(frozen=True)
class Written:
    """`plain` is found as it stands; the others also when they are wrapped or set apart."""

    plain: set[bytes] = field(default_factory=set)
    base64: set[bytes] = field(default_factory=set)
    hexed: set[bytes] = field(default_factory=set)


def of(value: str) -> Written:
    written = Written()
    for part in {part for part in _parts(value) if len(part.strip()) >= LEAST}:
        data = part.encode(errors="surrogatepass")
        written.plain.update(_bytes(_in_words(part)))
        written.base64.update(_bytes(_in_base64(data)))
        written.hexed.update(_bytes(_in_hex(data)))
    return written


def _parts(value: str) -> Iterator[str]:
    """It whole, its lines, and what is secret within an address or within JSON, unless it is a word like others."""
    yield from (value, value.strip(), *_lines(value))
    for leaf in (value, *_leaves(value)):
        inner = leaf if leaf is not value else ""
        for part in {inner, *_lines(inner), *_passwords(leaf)}:
            if not is_ordinary(part):
                yield part


def _lines(text: str) -> list[str]:
    return [line.strip() for line in text.splitlines() if len(line.strip()) >= _LEAST_PART]


def _passwords(address: str) -> Iterator[str]:
    """Of each address in it, as written and as meant."""
    if "://" not in address:
        return
    for pattern in (_PASSWORD, _LOOSE_PASSWORD, _LONE_TOKEN):
        for found in pattern.findall(address):
            yield from (found, unquote(found), unquote_plus(found))


def _leaves(value: str) -> Iterator[str]:
    """The texts of a secret that is JSON, at any depth."""
    if not value.lstrip().startswith(("{", "[")):
        return
    try:
        waiting: list[object] = [json.loads(value)]
    except (ValueError, RecursionError):
        return
    while waiting:
        match waiting.pop():
            case dict() as found:
                waiting.extend(found.values())
            case list() as found:
                waiting.extend(found)
            case str() as leaf if len(leaf.strip()) >= _LEAST_PART:
                yield leaf


def _bytes(forms: Iterable[str]) -> Iterator[bytes]:
    for form in forms:
        if len(form) >= LEAST:
            yield form.encode(errors="surrogatepass")


def _pieces(form: str, size: int = _PIECE) -> Iterator[str]:
    """The last one longer than the others, rather than so short that it would be found everywhere."""
    count = max(1, len(form) // size)
    for number in range(count):
        yield form[number * size : None if number == count - 1 else (number + 1) * size]


def _in_words(part: str) -> Iterator[str]:
    for form in {part, *_in_programs(part), *_in_json(part), *_in_addresses(part), *_in_html(part)}:
        yield from _pieces(form)


def _in_programs(part: str) -> Iterator[str]:
    yield from (repr(part)[1:-1], shlex.quote(part).strip("'"))
    yield from (part.replace("'", r"\'"), part.replace("\n", "\r\n"))


def _in_json(part: str) -> Iterator[str]:
    """Also within JSON, and as it is made fit to stand in a page."""
    plain, wide = json.dumps(part)[1:-1], json.dumps(part, ensure_ascii=False)[1:-1]
    yield from (plain.replace("/", r"\/"), wide.replace("/", r"\/"))
    for text in (plain, wide):
        for escaped in {text, *(each for letters in _ESCAPED for each in _fit_for_pages(text, letters))}:
            yield from (escaped, json.dumps(escaped)[1:-1], json.dumps(escaped, ensure_ascii=False)[1:-1])


def _fit_for_pages(text: str, letters: str) -> Iterator[str]:
    for code in ("\\u{:04x}", "\\u{:04X}"):
        fit = text.replace('\\"', code.format(ord('"'))) if '"' in letters else text
        for letter in letters.replace('"', ""):
            fit = fit.replace(letter, code.format(ord(letter)))
        yield fit


def _in_addresses(part: str) -> Iterator[str]:
    quoted, plused = quote(part, safe=""), quote_plus(part)
    yield from (quoted, quote(part), plused, _lower_escapes(quoted), _lower_escapes(plused))
    yield from (quote(part, safe="!'()*~"), quote(part, safe="!'()*~;,/?:@&=+$#"))  # as browsers do


def _lower_escapes(quoted: str) -> str:
    head, *rest = quoted.split("%")
    return head + "".join(f"%{piece[:2].lower()}{piece[2:]}" for piece in rest)


def _in_html(part: str) -> Iterator[str]:
    escaped = html.escape(part)
    yield from (escaped, escaped.replace("&#x27;", "&#39;"), html.escape(part, quote=False))
    yield escaped.replace("&#x27;", "&#39;").replace("&quot;", "&#34;")


def _in_base64(data: bytes) -> Iterator[str]:
    """As part of anything longer: what stands before it decides between three ways of writing it."""
    for before in range(3):
        encoded = base64.b64encode(b"\0" * before + data).decode().rstrip("=")
        first, last = -(-before * 8 // 6), (before + len(data)) * 8 // 6
        inner = encoded[first:last]
        yield from _pieces(inner)
        yield from _pieces(inner.replace("+", "-").replace("/", "_"))


def _in_hex(data: bytes) -> Iterator[str]:
    yield from _pieces(data.hex(), _HEX_PIECE)
