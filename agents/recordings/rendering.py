"""Writes a recording: the streams a model would say, and the file that names them."""

import hashlib
import json
import re
from collections.abc import Iterable, Mapping
from typing import Any

_PLAIN_PATH = re.compile(r"[\w./@+-]+", re.ASCII)
_LONGEST_WORDS = 600


class Unspeakable(Exception):
    """What the form of a recording cannot say; the words are for a person."""


def design(prose: str, plan: Mapping[str, Any]) -> str:
    # JSON may write a slash so, and then no text in it can end the tag.
    body = json.dumps(plan, ensure_ascii=False, indent=2).replace("</", "<\\/")
    return f"{prose}\n\n<blueprint>\n{body}\n</blueprint>\n"


def phase(prose: str, files: Iterable[tuple[str, str, str]]) -> str:
    """Path, purpose and text of each file."""
    return "\n".join([f"{prose}\n", *(_block(*file) for file in files)])


def _block(path: str, purpose: str, text: str) -> str:
    if "'" in path:
        raise Unspeakable(f"A recording cannot hold the path {path!r}.")
    head = f"# Creating new file: {path}\n" + (f"# File Purpose: {_line(purpose)}\n" if purpose.strip() else "")
    if text and not text.endswith("\n"):
        return head + _element(path, text)
    marker = _marker(path, text)
    name = path if _PLAIN_PATH.fullmatch(path) else f"'{path}'"
    return f"{head}cat > {name} << '{marker}'\n{text}{marker}\n"


def _element(path: str, text: str) -> str:
    """A here-document always ends in a line feed; this form does not."""
    if re.search(r"^</file>\r?$", text, re.MULTILINE) or '"' in path:
        raise Unspeakable(f"A recording cannot hold {path}, which does not end in a line feed.")
    return f'<file path="{path}">\n{text}\n</file>\n'


def _marker(path: str, text: str) -> str:
    """One of its own, that no line of the file reads like; the same file always gets the same."""
    lines = set(text.split("\n")) | {line.rstrip("\r") for line in text.split("\n")}
    for salt in range(1000):
        marker = f"EOF_{hashlib.sha256(f'{path} {salt}'.encode()).hexdigest()[:6]}"
        if marker not in lines:
            return marker
    raise Unspeakable(f"A recording cannot hold {path}: it uses every marker.")


def words(prose: str, otherwise: str) -> str:
    """The first paragraph of what was said, if it is plain words."""
    first = _line(prose.strip().split("\n\n")[0])
    is_plain = first and len(first) <= _LONGEST_WORDS and not re.search(r"[<`]|^(cat|npm|pip|rm|mv|#)\b", first)
    return first if is_plain else _line(otherwise)


def _line(text: str) -> str:
    return " ".join(text.split())


def toml(values: Mapping[str, str | int | Iterable[str]]) -> str:
    return "".join(f"{name} = {_value(value)}\n" for name, value in values.items())


def _value(value: str | int | Iterable[str]) -> str:
    if isinstance(value, int):
        return str(value)
    if isinstance(value, str):
        # A JSON string is a TOML string, but for one character.
        return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
    return f"[{', '.join(map(_value, value))}]"
