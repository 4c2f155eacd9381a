"""Which paths a model may name: relative ones that stay inside the project."""

import re
import unicodedata

LONGEST_PATH = 512
LONGEST_NAME = 255
DEEPEST = 32

_DRIVE = re.compile(r"[A-Za-z]:")
_UNPRINTABLE = {"Cc", "Cf", "Cs", "Zl", "Zp"}


class BadPath(ValueError):
    """The path cannot be used; the text says why."""


def clean(raw: str) -> str:
    """The one spelling of a path (`./a//b` is `a/b`), or BadPath."""
    path = unicodedata.normalize("NFC", raw)
    _refuse_spelling(path)
    names = [name for name in path.split("/") if name not in ("", ".")]
    if not names or path.endswith(("/", "/.")):
        raise BadPath("names a folder, not a file")
    _refuse_names(names)
    return "/".join(names)


def clean_folder(raw: str) -> str:
    """As `clean`, for commands that may also name a folder."""
    return clean(raw.rstrip("/") if raw.strip("/") else raw)


def _refuse_spelling(path: str) -> None:
    if not path.strip():
        raise BadPath("is empty")
    if len(path) > LONGEST_PATH:
        raise BadPath("is too long")
    if any(unicodedata.category(letter) in _UNPRINTABLE for letter in path):
        raise BadPath("holds control characters")
    if "\\" in path:
        raise BadPath("holds a backslash")
    if path.startswith(("/", "~")) or _DRIVE.match(path):
        raise BadPath("is absolute")


def _refuse_names(names: list[str]) -> None:
    if ".." in names:
        raise BadPath("leaves the project")
    if any(name.lower() == ".git" for name in names):
        raise BadPath("is inside .git")
    if len(names) > DEEPEST:
        raise BadPath("is too deep")
    if any(len(name.encode()) > LONGEST_NAME for name in names):
        raise BadPath("holds a name that is too long")
    if any(name != name.strip() for name in names):
        raise BadPath("holds a name with spaces at its edge")
