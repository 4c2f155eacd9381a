"""Files from somebody's disk: many at once, one version; what is there already is replaced only if they say so."""

import unicodedata
from collections.abc import Iterable

from projects import errors
from projects.models import Branch, User, Version
from projects.services import files
from projects.services.files import Content

MOST_FILES = 500
_NAMED = 5


def put(
    branch: Branch, contents: Iterable[tuple[str, bytes]], *, by: User, folder: str = "", is_replacing: bool = False
) -> Version:
    """`contents` are names, or paths below the folder; their letters are composed as trees want them."""
    tree = files.manifest(branch)
    found = {path_of(folder, name): content for name, content in contents}
    if not found:
        raise errors.Empty("Choose at least one file.")
    taken = sorted(path for path in found if path in tree)
    if taken and not is_replacing:
        raise errors.Taken(taken, _taken(taken))
    # What is replaced must be what was there when we looked, and what is new must still be new.
    expected = {path: tree[path].sha256 if path in tree else "" for path in found}
    pairs = ((path, Content(content, executable=None)) for path, content in found.items())
    return files.save_all(branch, pairs, by=by, message=_title(sorted(found)), expected=expected)


def path_of(folder: str, name: str) -> str:
    """Some systems send letters and their accents apart."""
    return unicodedata.normalize("NFC", f"{folder.strip('/')}/{name}".lstrip("/"))


def _title(paths: list[str]) -> str:
    return f"Upload {paths[0]}" if len(paths) == 1 else f"Upload {len(paths)} files"


def _taken(paths: list[str]) -> str:
    named = ", ".join(paths[:_NAMED]) + (f" and {len(paths) - _NAMED} more" if len(paths) > _NAMED else "")
    there = "is there already" if len(paths) == 1 else "are there already"
    return f"{named} {there}. Choose to replace, or other names."
