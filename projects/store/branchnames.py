"""Which names a branch may have: those git takes, in characters that people can tell apart. Pure."""

import re
import unicodedata

MOST = 120

# What git's own addresses of versions are written with.
_MARKS = re.compile(r"[ ~^:?*\[\\]")
# Control, invisible and half characters, line and paragraph separators, spaces of any width.
_REFUSED = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp", "Zs"})
_OBJECT = re.compile(r"[0-9a-f]{40}")


def branch_fault(name: str) -> str | None:
    """The first rule a name breaks, to be said after it; None for a good one."""
    parts = name.split("/")
    rules = {
        "it is empty": not name,
        f"it is longer than {MOST} characters": len(name) > MOST or len(name.encode(errors="replace")) > 2 * MOST,
        "it contains a control or invisible character, or a space": any(map(_is_refused, name)),
        "it contains one of the characters ~ ^ : ? * [ \\": _MARKS.search(name) is not None,
        "it is not in Unicode's composed form (NFC)": not unicodedata.is_normalized("NFC", name),
        "it contains '..' or '@{'": ".." in name or "@{" in name,
        "it begins or ends with a slash, or has two in a row": "" in parts,
        "a part of it begins with a dot or ends with '.lock'": any(_is_hidden(part) for part in parts),
        "it ends with a dot": name.endswith("."),
        "it begins with a dash": name.startswith("-"),
        "git means something else by it": name in {"@", "HEAD"} or _OBJECT.fullmatch(name) is not None,
    }
    return next((reason for reason, is_broken in rules.items() if is_broken), None)


def _is_refused(char: str) -> bool:
    return char == "\ufffd" or unicodedata.category(char) in _REFUSED


def _is_hidden(part: str) -> bool:
    return part.startswith(".") or part.lower().endswith(".lock")
