"""Which complaints about an app count while parts of it are still to be written. Pure.

A file that imports what is still to come is judged when that is there: until then only its own syntax is.
"""

import hashlib
import posixpath
import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass, replace

from sandboxes.runtime.checking import Said

# src/App.tsx(3,17): error TS2307: Cannot find module './Board' or its corresponding type declarations.
_TYPE_ERROR = re.compile(r"(?:(?P<path>[^\s(][^(\n]*)\((?P<line>\d+),\d+\): )?error (?P<code>TS\d+): (?P<text>.*)")
_PYTHON = "*** Error compiling "
_PYTHON_PATH = re.compile(r"\*\*\* Error compiling '(?:\./)?(?P<path>[^'\n]+)'")
_MODULE = re.compile(r"(?:[Mm]odule|File) '\"?(?P<name>[^'\"\n]+)\"?'")
_MISSING = ("TS2307", "TS2306", "TS2792", "TS7016", "TS2882")
_SYNTAX, _IMPLICIT = re.compile(r"TS1\d{3}$"), re.compile(r"TS7\d{3}$")
_SCRIPT_ENDING = re.compile(r"\.m?jsx?$")
_NUMBERS = re.compile(r"\d+")
_OWN = (".", "/", "@/", "~/")
_STEPS_UP = ("", ".", "..", "@", "~")
_MOST = 60


@dataclass(frozen=True)
class Finding:
    """`path` is empty for what is said of the whole."""

    check: str
    path: str
    code: str
    text: str

    @property
    def key(self) -> str:
        """The same for the same complaint, on whatever line it stands by now."""
        told = f"{self.check} {self.path} {_NUMBERS.sub('#', self.text)}"
        return hashlib.sha256(told.encode()).hexdigest()[:16]


def findings(said: Collection[Said], *, awaited: frozenset[str]) -> list[Finding]:
    """`awaited` are the files that are planned and not there yet."""
    found = [finding for one in said if one.exit_code for finding in _of(one, awaited)]
    return found[:_MOST]


def _of(said: Said, awaited: frozenset[str]) -> Iterator[Finding]:
    match said.check:
        case "types":
            yield from _counting(_types(said.output), awaited)
        case "syntax":
            yield from _python(said.output)
        case _:
            yield Finding(said.check, "", "", said.output)


def _types(output: str) -> list[Finding]:
    """Each with the indented lines after it."""
    found: list[Finding] = []
    is_told = False
    for line in output.splitlines():
        if named := _TYPE_ERROR.match(line):
            found.append(Finding("types", (named["path"] or "").removeprefix("./"), named["code"], line))
            is_told = True
        elif is_told and line.startswith(" "):
            found[-1] = replace(found[-1], text=f"{found[-1].text}\n{line}")
        else:
            is_told = False
    return found


def _counting(found: list[Finding], awaited: frozenset[str]) -> Iterator[Finding]:
    if not awaited:
        yield from found
        return
    waiting = [one for one in found if one.code in _MISSING and _is_awaited(one, awaited)]
    blind = {one.path for one in waiting}
    for one in found:
        is_about_what_is_there = one.path and one not in waiting and not (blind and _IMPLICIT.match(one.code))
        if is_about_what_is_there and (one.path not in blind or _SYNTAX.match(one.code)):
            yield one


def concerns(finding: Finding, paths: Collection[str]) -> bool:
    """Whether it stands in one of these files, or is about what one of them offers to others."""
    named = _MODULE.search(finding.text)
    return finding.path in paths or bool(named and _names_one(named["name"], finding.path, paths))


def _is_awaited(finding: Finding, awaited: frozenset[str]) -> bool:
    named = _MODULE.search(finding.text)
    if named is None:
        return False
    is_package = not named["name"].startswith(_OWN)
    return "package.json" in awaited if is_package else _names_one(named["name"], finding.path, awaited)


def _names_one(name: str, importer: str, paths: Collection[str]) -> bool:
    """As imports name a file: without its ending, from here or from a root that only the app knows."""
    if not name.startswith(_OWN):
        return False
    tail = "/".join(part for part in name.split("/") if part not in _STEPS_UP)
    beside = posixpath.normpath(posixpath.join(posixpath.dirname(importer), name))
    return any(_is_named(path, one) for path in paths for one in (tail, beside))


def _is_named(path: str, name: str) -> bool:
    stem = posixpath.splitext(path)[0]
    ways = (path, stem, stem.removesuffix(".d"), stem.removesuffix("/index"))
    names = (name, _SCRIPT_ENDING.sub("", name))
    return any(way == one or way.endswith(f"/{one}") or one.endswith(f"/{way}") for way in ways for one in names if one)


def _python(output: str) -> Iterator[Finding]:
    for part in output.split(_PYTHON)[1:]:
        text = f"{_PYTHON}{part.strip()}"
        named = _PYTHON_PATH.match(text)
        yield Finding("syntax", named["path"] if named else "", "", text)
