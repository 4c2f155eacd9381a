"""What npm and pip answer about newer versions and known vulnerabilities. It comes out of a box: nothing is believed
that does not look as it should.
"""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from sandboxes.packages.words import plain

MOST = 500
_NAME = re.compile(r"@?[A-Za-z0-9][\w.\-]*(?:/[\w.\-]+)?", re.ASCII)
_VERSION = re.compile(r"[\w.\-+]{1,100}", re.ASCII)
_SEVERITIES = ("critical", "high", "moderate", "low", "info")
_MOST_WORDS = 300


@dataclass(frozen=True)
class Weakness:
    """A known vulnerability of a package, of the app's own or of one that came along. `fix` is a version without it."""

    name: str
    severity: str
    title: str
    url: str = ""
    versions: str = ""
    fix: str = ""


def found(output: str) -> Any:
    """The JSON that was said, among whatever else was; None without any."""
    for start in (output, *(line for line in reversed(output.splitlines()) if line[:1] in ("[", "{"))):
        try:
            return json.loads(start)
        except (ValueError, RecursionError):
            continue
    return None


def newest_npm(said: Any) -> dict[str, str]:
    """By name; of `npm outdated`."""
    entries = said.items() if isinstance(said, dict) and "error" not in said else ()
    return dict(_fit((name, entry.get("latest")) for name, entry in entries if isinstance(entry, dict)))


def newest_pip(said: Any) -> dict[str, str]:
    return {plain(name): version for name, version in _listed(said, "latest_version")}


def installed_pip(said: Any) -> dict[str, str]:
    return {plain(name): version for name, version in _listed(said, "version")}


def _listed(said: Any, word: str) -> Iterator[tuple[str, str]]:
    entries = [entry for entry in said if isinstance(entry, dict)] if isinstance(said, list) else []
    yield from _fit((entry.get("name"), entry.get(word)) for entry in entries)


def _fit(pairs: Iterator[tuple[Any, Any]]) -> Iterator[tuple[str, str]]:
    for count, (name, version) in enumerate(pairs):
        if count >= MOST:
            return
        if _is(_NAME, name) and _is(_VERSION, version):
            yield name, version


def weaknesses_npm(said: Any) -> list[Weakness] | None:
    """The worst first; None where the registry did not tell."""
    entries = said.get("vulnerabilities") if isinstance(said, dict) else None
    if not isinstance(entries, dict):
        return None
    all_of_them = [one for name, entry in entries.items() for one in _of(name, entry)]
    return sorted(all_of_them, key=lambda one: (_SEVERITIES.index(one.severity), one.name))[:MOST]


def _of(name: Any, entry: Any) -> Iterator[Weakness]:
    """What is only said because of another package is said of that one."""
    via = entry.get("via") if isinstance(entry, dict) and _is(_NAME, name) else None
    for one in via if isinstance(via, list) else ():
        if isinstance(one, dict):
            severity = one.get("severity")
            yield Weakness(
                name,
                severity if severity in _SEVERITIES else "info",
                _words(one.get("title")) or "A known vulnerability",
                _address(one.get("url")),
                _words(one.get("range"))[:100],
                _fix(name, entry.get("fixAvailable")),
            )


def _fix(name: str, said: Any) -> str:
    version = said.get("version") if isinstance(said, dict) and said.get("name") == name else None
    return version if isinstance(version, str) and _VERSION.fullmatch(version) else ""


def _is(pattern: re.Pattern[str], value: Any) -> bool:
    return isinstance(value, str) and len(value) <= 214 and bool(pattern.fullmatch(value))


def _words(value: Any) -> str:
    return "".join(c for c in value if c.isprintable())[:_MOST_WORDS] if isinstance(value, str) else ""


def _address(value: Any) -> str:
    text = _words(value)
    return text if text.startswith("https://") and " " not in text else ""
