"""Which packages an app asks for beyond those its stack's template brings. Pure.

When in doubt the answer is "more": an install that was not needed costs seconds, a missing package
the app.
"""

import json
import re
from collections.abc import Mapping

_NUMBER = re.compile(r"v?(\d+)(?:\.(\d+))?(?:\.(\d+))?")
_REQUIREMENT = re.compile(r"([A-Za-z0-9][A-Za-z0-9._-]*)\s*(.*)")
_CLAUSE = re.compile(r"(==|>=|<=|~=|!=|>|<|\^|~|=)?\s*v?(\d+(?:\.\d+){0,2})(?:\.[x*])?")
_MOST_SPEC = 200
_ANY = frozenset({"", "*", "x", "latest"})

Version = tuple[int, int, int]


def beyond_npm(wanted: str, template: str) -> tuple[str, ...]:
    """Names in one package.json that the other does not bring at a fitting version."""
    brought = _npm(template)
    return tuple(name for name, spec in _npm(wanted).items() if name not in brought or not is_met(spec, brought[name]))


def beyond_pip(wanted: str, template: str) -> tuple[str, ...]:
    brought = {name: spec.removeprefix("==") for name, spec in _pip(template).items()}
    return tuple(name for name, spec in _pip(wanted).items() if name not in brought or not is_met(spec, brought[name]))


def beyond_lock(locked: Mapping[str, str], template: Mapping[str, str]) -> tuple[str, ...]:
    """Places of packages that a lock has at another version than the template's own, or beyond it."""
    return tuple(place.rpartition("node_modules/")[2] for place in locked if locked[place] != template.get(place))


def is_met(spec: str, version: str) -> bool:
    """Whether a version is in a range. Only plain ranges are understood."""
    have = _version(version[:_MOST_SPEC])
    if have is None or len(spec) > _MOST_SPEC:
        return False
    spec = spec.strip()
    if spec.lower() in _ANY:
        return True
    return any(_all_met(part.strip(), have) for part in spec.split("||"))


def _all_met(part: str, have: Version) -> bool:
    clauses = [clause for clause in re.split(r"\s*,\s*|\s+(?=[<>=!~^\d])", part) if clause]
    return bool(clauses) and all(_is_clause_met(clause, have) for clause in clauses)


def _is_clause_met(clause: str, have: Version) -> bool:
    match = _CLAUSE.fullmatch(clause)
    if match is None:
        return False
    sign, digits = match.group(1) or "", match.group(2)
    given = digits.count(".") + 1
    want = _version(digits)
    if want is None:
        return False
    compare = {">=": have >= want, "<=": have <= want, ">": have > want, "<": have < want, "!=": have != want}
    if sign in compare:
        return compare[sign]
    return want <= have and have[: _fixed(sign, want, given)] == want[: _fixed(sign, want, given)]


def _fixed(sign: str, want: Version, given: int) -> int:
    """How many leading numbers must be equal."""
    if sign == "^":
        return 1 + next((at for at, number in enumerate(want[:given]) if number), given - 1)
    if sign == "~":
        return min(given, 2)
    if sign == "~=":
        return max(1, given - 1)
    return given


def _version(text: str) -> Version | None:
    match = _NUMBER.match(text)
    if match is None:
        return None
    major, minor, patch = (int(part or 0) for part in match.groups())
    return major, minor, patch


def _npm(text: str) -> dict[str, str]:
    """An unreadable package.json asks for what npm will complain about."""
    try:
        package = json.loads(text)
        groups = [package.get("dependencies") or {}, package.get("devDependencies") or {}]
        return {str(name): str(spec) for group in groups for name, spec in group.items()}
    except (ValueError, AttributeError, RecursionError):
        return {"package.json": "unreadable"}


def _pip(text: str) -> Mapping[str, str]:
    found: dict[str, str] = {}
    for raw in text.splitlines():
        line = raw.split("#", 1)[0].strip()
        match = _REQUIREMENT.fullmatch(line)
        if match:
            found[re.sub(r"[-_.]+", "-", match.group(1)).lower()] = match.group(2).strip()
        elif line:
            found[line] = "unreadable"
    return found
