"""From a blueprint to files, phase by phase, each looked at before the next. Asks only for files not closed yet."""

from contextlib import suppress
from dataclasses import dataclass, replace
from functools import partial

from agents import room
from agents.engine import asking, circles, composing, continuing, reading, review, sinks, steps, view
from agents.engine.calls import Call
from agents.engine.context import Context
from agents.engine.sinks import JobSink, Steered
from agents.engine.writer import Writer
from agents.lifecycle import steering
from agents.lifecycle.failures import Failure
from agents.llm.base import Begun, Turn
from agents.models import Step
from projects.models import ChangeSet
from sandboxes.runtime import lifecycle

_ROUNDS = 3


def run(context: Context) -> None:
    changeset = context.changeset()
    lifecycle.show(context.sandbox(), changeset)
    for number, phase in enumerate(context.job.plan, start=1):
        steps.once(
            context,
            f"implement-{number}",
            partial(_phase, context, number),
            role="builder",
            title=phase["title"],
        )
        review.after_phase(context, number)


def _phase(context: Context, number: int, step: Step) -> steps.Output:
    """Ask until all is there. A reply that brings nothing further may come only so often in a row, and the same one
    of the same model once."""
    writer = Writer(sinks.of_step(context, step))
    idle, best, circle = 0, _left(context, step, number), circles.Circle()
    left, models = best, list(context.models(step.key))
    while left.missing and idle < _ROUNDS:
        writer.look()
        call = _ask(context, step, number, left, writer, model=models[0])
        left = _left(context, step, number)
        idle, best = (0, left) if left.is_less_than(best) else (idle + 1, best)
        if call is not None and circle.is_closed_by(call, repr(left)) and left.missing:
            models = _others(models, left)
    if left.missing:
        names = ", ".join(left.missing[:3])
        raise Failure("truncated", f"The model did not finish {names} in {_ROUNDS} tries.")
    return {"files": sorted(writer.touched)}


def _others(models: list[str], left: "_Left") -> list[str]:
    """Who is asked instead of a model that goes round in circles."""
    if len(models) > 1:
        return models[1:]
    names = ", ".join(left.missing[:3])
    raise Failure("truncated", f"The model gave the same answer again, and left out {names}.", retryable=False)


@dataclass(frozen=True)
class _Left:
    """What a phase still lacks: whole files, and the rest of the one that was begun."""

    missing: tuple[str, ...]
    begun: Begun | None

    def is_less_than(self, best: "_Left") -> bool:
        """Than ever before: a model that begins again and again brings nothing further."""
        fewer = len(best.missing) - len(self.missing)
        return fewer > 0 or (fewer == 0 and self._length() > best._length())

    def _length(self) -> int:
        return len(self.begun.text) if self.begun else 0


def _left(context: Context, step: Step, number: int) -> _Left:
    missing, begun = _missing(context, number), continuing.unfinished(step)
    return _Left(missing, begun if begun and begun.path in missing else None)


def _missing(context: Context, number: int) -> tuple[str, ...]:
    files = context.job.plan[number - 1]["files"]
    return tuple(file["path"] for file in files if not file["closed"])


def _ask(context: Context, step: Step, number: int, left: _Left, writer: Writer[JobSink], *, model: str) -> Call | None:
    """None where the reply was left for what was said meanwhile."""
    context.heed()
    told = steering.count(context.job)
    changeset, turns = writer.sink.changeset, (Turn("user", f"Write these files now: {', '.join(left.missing)}"),)
    values = _values(context, changeset, number, left)
    most = room.of(context.job, context.models(step.key))
    taken = composing.weight("implement", {**values, "written": ""}, (*turns, *continuing.turns(left.begun)))
    seen = view.of(changeset, room=most, taken=taken, first=_in_play(context, number))
    asked, prompt_hash = asking.request(
        context,
        step=step.key,
        prompt="implement",
        values={**values, "written": seen.files},
        paths=left.missing,
        turns=turns,
        begun=left.begun,
        left_out=tuple(path for path in view.hidden(seen.given) if path not in _planned(context)),
        given=seen.given,
    )
    writer.sink.told = told
    call: Call | None = None
    with suppress(Steered):  # what was said meanwhile is told with the next call
        call = asking.read_stream(context, step, (replace(asked, model=model), prompt_hash), writer)
    writer.tell_faults()
    return call


def _values(context: Context, changeset: ChangeSet, number: int, left: _Left) -> dict[str, str]:
    phase = context.job.plan[number - 1]
    wanted = [file for file in phase["files"] if file["path"] in left.missing]
    return {
        "rules": reading.rules(changeset),
        "wish": context.wish,
        "blueprint": reading.as_json(context.job.blueprint),
        "phase": phase["title"],
        "files": "\n".join(f"{file['path']}: {file['purpose']}" for file in wanted),
        "said": context.said,
    }


def _in_play(context: Context, number: int) -> tuple[str, ...]:
    """The newest work first: what comes next goes with it."""
    phases = reversed(context.job.plan[:number])
    return tuple(file["path"] for phase in phases for file in phase["files"] if file["closed"])


def _planned(context: Context) -> set[str]:
    """The files of all phases: the plan names them."""
    return {file["path"] for phase in context.job.plan for file in phase["files"]}
