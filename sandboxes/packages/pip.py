"""requirements.txt: what it lists, and the same file with a package more, another or one less.

Comments, order and the ends of lines stay. Lines that are no plain requirement are left alone and told of.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from sandboxes.packages.errors import Unusable
from sandboxes.packages.words import MOST_NAME, Declared, Wanted, plain

PATH = "requirements.txt"
MOST_BYTES = 1024 * 1024
MOST_LISTED = 2000
_MARK = "\ufeff"
# Of a text without two spaces in a row, and without what comes after the version: then it takes no longer than it is.
_REQUIREMENT = re.compile(r"(?P<name>[A-Za-z0-9][\w.\-]*) ?(?P<extras>\[[^\]]*\])? ?(?P<version>[=<>~!][^;#@]*)?")
_REST = re.compile(r";| --hash")
_MOST_LINE = 4000


@dataclass(frozen=True)
class _Line:
    """One requirement with all lines it goes over; `declared` is None for what is not one."""

    text: str
    declared: Declared | None


def declared(content: bytes) -> list[Declared]:
    """Of a package listed twice the last line."""
    found = {plain(line.declared.name): line.declared for line in _lines(_text(content)) if line.declared}
    return list(found.values())[:MOST_LISTED]


def others(content: bytes) -> list[str]:
    """Lines that say something else: another file, a folder, an address, an option."""
    said = (line.text.split(" #")[0].strip() for line in _lines(_text(content)) if line.declared is None)
    return [text[:200] for text in said if text and not text.startswith("#")][:100]


def put(content: bytes, wanted: Iterable[Wanted]) -> bytes:
    """With each at this version. Without a version, one that is listed stays as it is."""
    text = _text(content)
    lines, end = list(_lines(text)), "\r\n" if "\r\n" in text else "\n"
    for one in wanted:
        at = next((at for at, line in enumerate(lines) if _is(line, one.name)), None)
        if at is None:
            if lines and not lines[-1].text.endswith("\n"):
                lines[-1] = _Line(lines[-1].text + end, lines[-1].declared)
            lines.append(_Line(f"{one.name}{one.extras}{one.version}{end}", Declared(one.name, one.version)))
        elif one.version:
            lines[at] = _changed(lines[at], one, end)
    return _written(content, (line.text for line in lines))


def without(content: bytes, names: Iterable[str]) -> bytes:
    gone = list(names)
    kept = (line.text for line in _lines(_text(content)) if not any(_is(line, name) for name in gone))
    return _written(content, kept)


def _is(line: _Line, name: str) -> bool:
    return line.declared is not None and plain(line.declared.name) == plain(name)


def _changed(line: _Line, wanted: Wanted, end: str) -> _Line:
    """Its name as it was spelt, its extras unless others are wanted, what holds on some machines only, its comment."""
    comment = re.search(r"\s+#.*", line.text.rstrip("\r\n"))
    told, rest = _parts(line.text)
    match = _REQUIREMENT.fullmatch(told)
    if match is None:
        return line
    condition = f" {rest}" if rest.startswith(";") else ""
    said = f"{condition}{comment[0] if comment else ''}{end}"
    name = match["name"]
    text = f"{name}{wanted.extras or match['extras'] or ''}{wanted.version}{said}"
    return _Line(text, Declared(name, wanted.version))


def _lines(text: str) -> Iterator[_Line]:
    """A line that ends with a backslash goes on in the next."""
    gathered = ""
    for line in re.findall(r"[^\n]*\n|[^\n]+", text):
        gathered += line
        if not line.rstrip("\r\n").endswith("\\"):
            yield _line(gathered)
            gathered = ""
    if gathered:
        yield _line(gathered)


def _line(text: str) -> _Line:
    match = _REQUIREMENT.fullmatch(_parts(text)[0])
    if match is None or len(match["name"]) > MOST_NAME:
        return _Line(text, None)
    return _Line(text, Declared(match["name"], (match["version"] or "").strip()[:200]))


def _parts(text: str) -> tuple[str, str]:
    """The package with its version, and what is said of it after that. A line too long to be meant says nothing."""
    if len(text) > _MOST_LINE:
        return "", ""
    told = " ".join(_told(text).split())
    found = _REST.search(told)
    return (told[: found.start()].strip(), told[found.start() :].strip()) if found else (told, "")


def _told(text: str) -> str:
    """Without its comment and on one line."""
    return re.sub(r"(^|\s)#.*", "", text.replace("\\\r\n", " ").replace("\\\n", " "), flags=re.DOTALL).strip()


def _text(content: bytes) -> str:
    if len(content) > MOST_BYTES:
        raise Unusable("`requirements.txt` is too large to be read.")
    try:
        return content.decode().removeprefix(_MARK)
    except UnicodeDecodeError as broken:
        raise Unusable("`requirements.txt` is not text in UTF-8, so its packages cannot be read.") from broken


def _written(before: bytes, lines: Iterable[str]) -> bytes:
    mark = _MARK if before.startswith(_MARK.encode()) else ""
    return (mark + "".join(lines)).encode()
