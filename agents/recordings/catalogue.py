"""The recorded builds the demo model plays, and which of them comes nearest to a wish."""

import functools
import tomllib
from collections.abc import Collection
from pathlib import Path

from agents.recordings import words
from agents.recordings.recording import FollowUp, Recording

__all__ = ["FollowUp", "Recording", "all", "get", "nearest"]

_HOME = Path(__file__).parent


@functools.cache
def all() -> tuple[Recording, ...]:  # noqa: A001 (read as catalogue.all)
    found = [_load(file) for file in _HOME.glob("*/recording.toml")]
    return tuple(sorted(found, key=lambda recording: recording.place))


def get(name: str) -> Recording | None:
    return next((recording for recording in all() if recording.name == name), None)


def nearest(wish: str, runnable: Collection[str]) -> tuple[Recording, bool]:
    """The recording closest to the wish that can run here, and whether it is what was wished for."""
    said = words.content(wish)
    able = [recording for recording in all() if recording.stack in runnable or recording.stack == "static"]
    best = max(able, key=lambda recording: (recording.is_meant_by(said), recording.nearness(said)))
    return best, best.is_meant_by(said)


def _load(file: Path) -> Recording:
    said = tomllib.loads(file.read_text())
    return Recording(
        folder=file.parent,
        title=said["title"],
        wish=said["wish"],
        stack=said["stack"],
        place=said["place"],
        subjects=tuple(said["subjects"]),
        keywords=tuple(said["keywords"]),
        followups=tuple(FollowUp(one["name"], one["says"], tuple(one["keywords"])) for one in said["followup"]),
    )
