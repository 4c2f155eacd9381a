"""A plan as a few texts that a person can edit in a page, and back. Pure; what they mean is checked by `blueprint`."""

from collections.abc import Mapping
from typing import Any

_BAR = " | "


def write(plan: Mapping[str, Any]) -> dict[str, str]:
    """What can be said in lines; the look and the kind of app are not among it."""
    return {
        "name": plan["name"],
        "description": plan["description"],
        "pages": "\n".join(_barred(page["path"], page["title"], page["purpose"]) for page in plan["pages"]),
        "features": "\n".join(plan["features"]),
        "records": "\n".join(plan["data"]),
        "phases": "\n\n".join(_phase(phase) for phase in plan["phases"]),
    }


def read(texts: Mapping[str, str], plan: Mapping[str, Any]) -> dict[str, Any]:
    """The plan with what the texts say in place of what it said."""
    return {
        **plan,
        "name": texts["name"],
        "description": texts["description"],
        "pages": [_page(line) for line in _lines(texts["pages"])],
        "features": _lines(texts["features"]),
        "data": _lines(texts["records"]),
        "phases": _phases(texts["phases"]),
    }


def _barred(*parts: str) -> str:
    *first, last = parts
    return _BAR.join((*(part.replace("|", "/") for part in first), last)).rstrip(" |")


def _phase(phase: Mapping[str, Any]) -> str:
    files = [f"- {_barred(file['path'], file['purpose'])}" for file in phase["files"]]
    return "\n".join((phase["title"].lstrip("- "), *files))


def _page(line: str) -> dict[str, str]:
    path, title, purpose = _split(line, 3)
    return {"path": path, "title": title, "purpose": purpose}


def _phases(text: str) -> list[dict[str, Any]]:
    """A line with a dash is a file of the phase above it."""
    phases: list[dict[str, Any]] = []
    for line in _lines(text):
        if not line.startswith("-"):
            phases.append({"title": line, "files": []})
            continue
        if not phases:
            phases.append({"title": "Build", "files": []})
        path, purpose = _split(line.removeprefix("-"), 2)
        phases[-1]["files"].append({"path": path, "purpose": purpose})
    return phases


def _split(line: str, count: int) -> list[str]:
    parts = [part.strip() for part in line.split("|", count - 1)]
    return parts + [""] * (count - len(parts))


def _lines(text: str) -> list[str]:
    return [line.strip() for line in text.splitlines() if line.strip()]
