"""The recorded builds the demo model plays, and which of them comes nearest to a wish.

Some come with Djinn; an operator's own lie in `DJINN_HOME/recordings` and are found as soon as they are there.
"""

import functools
import logging
import tomllib
from collections.abc import Collection, Iterator
from pathlib import Path
from typing import Any

from django.conf import settings

from agents.recordings import words
from agents.recordings.drafts import HIDDEN
from agents.recordings.recording import FollowUp, Recording
from sandboxes import stacks

__all__ = ["FILE", "FollowUp", "Recording", "all", "built_in", "get", "load", "nearest", "own_folder"]

log = logging.getLogger(__name__)

_HOME = Path(__file__).parent
FILE = "recording.toml"


def all() -> tuple[Recording, ...]:  # noqa: A001 (read as catalogue.all)
    found = (*built_in(), *_own())
    return tuple(sorted(found, key=lambda recording: (recording.place, recording.name)))


@functools.cache
def built_in() -> tuple[Recording, ...]:
    return tuple(load(file) for file in _HOME.glob(f"*/{FILE}"))


def own_folder() -> Path:
    return Path(settings.DJINN_HOME) / "recordings"


def get(name: str) -> Recording | None:
    return next((recording for recording in all() if recording.name == name), None)


def nearest(wish: str, runnable: Collection[str]) -> tuple[Recording, bool]:
    """The recording closest to the wish that can run here, and whether it is what was wished for."""
    said = words.content(wish)
    able = [recording for recording in all() if recording.stack in runnable or recording.stack == "static"]
    best = max(able, key=lambda one: (one.is_wished_by(wish), one.is_meant_by(said), one.nearness(said)))
    return best, best.is_wished_by(wish) or best.is_meant_by(said)


def load(file: Path) -> Recording:
    said = tomllib.loads(file.read_bytes().decode())
    if said["stack"] not in stacks.BY_NAME:
        raise ValueError(f"There is no stack “{said['stack']}”.")
    return Recording(
        folder=file.parent,
        title=str(said["title"]),
        wish=str(said["wish"]),
        stack=said["stack"],
        place=int(said["place"]),
        subjects=_texts(said["subjects"]),
        keywords=_texts(said["keywords"]),
        followups=tuple(
            FollowUp(str(one["name"]), str(one["says"]), _texts(one["keywords"])) for one in said.get("followup", [])
        ),
    )


def _texts(said: Any) -> tuple[str, ...]:
    if not isinstance(said, list):
        raise TypeError(f"A list of words was expected, not {said!r}.")
    return tuple(map(str, said))


def _own() -> Iterator[Recording]:
    for file in sorted(own_folder().glob(f"*/{FILE}")):
        if not file.parent.name.startswith(HIDDEN):
            recording = _read(file)
            if recording is not None:
                yield recording


def _read(file: Path) -> Recording | None:
    try:
        return _load_once(file, file.stat().st_mtime_ns)
    except FileNotFoundError:  # replaced in this moment
        return None


@functools.lru_cache(256)
def _load_once(file: Path, changed: int) -> Recording | None:
    """None for one that cannot be read; said once, and the demo plays the others."""
    try:
        return load(file)
    except (ValueError, TypeError, KeyError, OSError) as broken:
        log.warning("The recording %s cannot be read: %r", file.parent, broken)
        return None
