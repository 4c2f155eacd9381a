"""Plays a recording into a scratch change set, by the road that jobs take."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from agents.engine import asking, changing, design, edit
from agents.engine.replay import ScratchSink
from agents.engine.writer import Writer
from agents.errors import NotPossible
from agents.prompts import blueprint
from agents.recordings.recording import Recording
from projects.services.scratch import Scratch
from projects.store import trees


@dataclass(frozen=True)
class Played:
    plan: dict[str, Any]
    scratch: Scratch

    @property
    def tree_hash(self) -> str:
        return trees.tree_hash(self.scratch.manifest())


def build(recording: Recording, *, is_piecemeal: bool = False) -> Played:
    """All its phases, each at once or, as a job that is resumed asks, file by file."""
    try:
        plan = design.plan_of(recording.stream(design.KEY) or "", able=(recording.stack,))
    except blueprint.Malformed as malformed:
        raise NotPossible(f"The plan of “{recording.name}” cannot be used: {malformed}") from malformed
    sink = ScratchSink(Scratch({}), plan["stack"])
    for number, phase in enumerate(plan["phases"], start=1):
        paths = [file["path"] for file in phase["files"]]
        for asked in [[path] for path in paths] if is_piecemeal else [paths]:
            _play(recording, f"implement-{number}", asked, sink)
    return Played(plan, sink.scratch)


def change(recording: Recording, says: str) -> Played:
    """One of its follow-ups, on what it builds."""
    played = build(recording)
    writer = Writer(ScratchSink(played.scratch, played.plan["stack"]))
    asking.take_in([recording.stream(edit.KEY, text=says) or ""], writer)
    changing.apply(writer)
    return played


def _play(recording: Recording, step: str, paths: Sequence[str], sink: ScratchSink) -> None:
    text = recording.stream(step, paths)
    if text is None:
        raise NotPossible(f"“{recording.name}” has no recording of {step}.")
    asking.take_in([text], Writer(sink))
