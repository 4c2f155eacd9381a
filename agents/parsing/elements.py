"""Recognises the tags `<file>`, `<edit>`, `<package>` and `<packages>` at the start of a line."""

import re

from agents.parsing.openings import Opening

_TAG = re.compile(
    r"""(?P<indent>[ \t]*+)<(?P<name>file|edit|packages?)
        (?P<attributes>(?:\s++[\w:-]++\s*+=\s*+(?:"[^"]*+"|'[^']*+'))*+)\s*+>""",
    re.VERBOSE,
)
_ATTRIBUTE = re.compile(r"""\s(?P<name>[\w:-]+)\s*=\s*(?:"(?P<double>[^"]*)"|'(?P<single>[^']*)')""")
_FILE_END = re.compile(r"(?<=</file>)")


def read(line: str) -> Opening | None:
    """The opening in this line (without its line ending), if it starts with one."""
    match = _TAG.match(line)
    if match is None:
        return None
    name, rest = match["name"], line[match.end() :]
    rest = rest if rest.strip() else ""
    marker = f"{match['indent']}</{name}>"
    if name.startswith("package"):
        is_whole = not rest or rest.rstrip().endswith(marker.strip())
        return Opening("packages", "", marker, line, rest) if is_whole else None
    attributes = _attributes(match["attributes"])
    path, purpose = attributes.get("path"), attributes.get("purpose", "")
    if path is None:
        return None if rest else Opening("refused", "", marker, line, reason="has no path")
    if name == "edit":
        return Opening("edit", path, marker, line, rest, purpose)
    return Opening("file", path, marker, line, rest, purpose, is_framed=True)


def _attributes(text: str) -> dict[str, str]:
    """The first of a name counts."""
    found: dict[str, str] = {}
    for match in _ATTRIBUTE.finditer(text):
        found.setdefault(match["name"], match["double"] if match["double"] is not None else match["single"])
    return found


def split(line: str) -> list[str]:
    """One piece per `<file>` element for a line that holds several."""
    if not line.lstrip().startswith("<file") or line.count("</file>") == 0:
        return [line]
    pieces = _FILE_END.split(line)
    is_empty = not pieces[-1].strip()
    return [*pieces[:-2], pieces[-2] + pieces[-1]] if is_empty else pieces
