"""What a block amounts to once its body is over."""

import re

from agents.parsing import blocks, commands
from agents.parsing.events import EditClosed, Event, FileClosed, FileTruncated, Malformed, PatchClosed
from agents.parsing.openings import Opening

_NAME_BREAK = re.compile(r"</?packages?>|[\s,]+")
_HUNK = re.compile(r"^@@", re.MULTILINE)


def closed(opening: Opening, text: str, purpose: str) -> list[Event]:
    """The end marker was seen."""
    match opening.form:
        case "file":
            return [FileClosed(opening.path, text, purpose)]
        case "packages":
            names = [name for name in _NAME_BREAK.split(text) if name]
            return [commands.install(names, raw=opening.line)] if names else []
        case "edit" | "patch":
            return [_change(opening, text)]
        case "refused":
            return []


def truncated(opening: Opening, text: str) -> list[Event]:
    """The stream ended before the end marker."""
    match opening.form:
        case "file" | "patch" | "edit" as form:
            return [FileTruncated(opening.path, text, form)]
        case "packages" | "refused":
            return []


def _change(opening: Opening, text: str) -> Event:
    """Models put search blocks into patches and hunks into edits: the body decides."""
    if not blocks.has_markers(text) and (opening.form == "patch" or _HUNK.search(text)):
        return PatchClosed(opening.path, text)
    try:
        return EditClosed(opening.path, blocks.read(text))
    except blocks.Malformed as malformed:
        return Malformed(opening.line, str(malformed), opening.path)
