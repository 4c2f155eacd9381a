"""How a model may spell a path; what a path may be is the trees' to say."""

import unicodedata

from projects import errors
from projects.store import trees


class BadPath(ValueError):
    """The path cannot be used; the text says why."""


def clean(raw: str) -> str:
    """The one spelling of a path (`./a//b` is `a/b`), or BadPath."""
    path = unicodedata.normalize("NFC", raw)
    _refuse_spelling(path)
    names = [name for name in path.split("/") if name not in ("", ".")]
    if not names or path.endswith(("/", "/.")):
        raise BadPath("names a folder, not a file")
    if any(name != name.strip() for name in names):
        raise BadPath("holds a name with spaces at its edge")
    return _checked("/".join(names))


def clean_folder(raw: str) -> str:
    """As `clean`, for commands that may also name a folder."""
    return clean(raw.rstrip("/") if raw.strip("/") else raw)


def _refuse_spelling(path: str) -> None:
    """What cleaning would hide from the rules for trees."""
    if not path.strip():
        raise BadPath("is empty")
    if path.startswith(("/", "~")):
        raise BadPath("is absolute")


def _checked(path: str) -> str:
    try:
        return trees.check_path(path)
    except errors.BadPath as bad:
        raise BadPath(bad.reason) from bad
