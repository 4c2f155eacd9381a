"""From a blueprint to files, phase by phase. Asks only for files that are not closed yet."""

from functools import partial

from agents.engine import asking, reading, sinks, steps
from agents.engine.context import Context
from agents.engine.sinks import JobSink
from agents.engine.writer import Writer
from agents.lifecycle.failures import Failure
from agents.llm.base import Turn
from agents.models import Step
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


def _phase(context: Context, number: int, step: Step) -> steps.Output:
    writer = Writer(sinks.of_step(context, step))
    for _ in range(_ROUNDS):
        missing = _missing(context, number)
        if not missing:
            return {"files": sorted(writer.touched)}
        writer.look()
        _ask(context, step, number, missing, writer)
    if missing := _missing(context, number):
        names = ", ".join(missing[:3])
        raise Failure("truncated", f"The model did not finish {names} in {_ROUNDS} tries.")
    return {"files": sorted(writer.touched)}


def _missing(context: Context, number: int) -> tuple[str, ...]:
    files = context.job.plan[number - 1]["files"]
    return tuple(file["path"] for file in files if not file["closed"])


def _ask(context: Context, step: Step, number: int, missing: tuple[str, ...], writer: Writer[JobSink]) -> None:
    context.heed()
    phase = context.job.plan[number - 1]
    asked = asking.request(
        context,
        step=step.key,
        prompt="implement",
        values={
            "rules": reading.rules(writer.sink.changeset),
            "wish": context.wish,
            "blueprint": reading.as_json(context.job.blueprint),
            "phase": phase["title"],
            "files": "\n".join(
                f"{file['path']}: {file['purpose']}" for file in phase["files"] if file["path"] in missing
            ),
            "written": reading.full_texts(writer.sink.changeset),
        },
        paths=missing,
        turns=(Turn("user", f"Write these files now: {', '.join(missing)}"),),
    )
    asking.read_stream(context, step, asked, writer)
    writer.tell_faults()
