"""A small request on a project that exists becomes a small change.

Edits are applied as they were asked for, exactly where they fit; those that fit nowhere go back
to the model with the reason, within a bound.
"""

from agents.engine import asking, reading, sinks, steps
from agents.engine.context import Context
from agents.engine.sinks import JobSink
from agents.engine.speech import say
from agents.engine.writer import AnySink, Writer
from agents.lifecycle.failures import Failure
from agents.llm.base import Request, Turn
from agents.models import Message, Step
from agents.parsing import edits
from agents.parsing.events import EditClosed, PatchClosed
from projects.services import files
from sandboxes.runtime import lifecycle

KEY = "edit"
_ROUNDS = 3
_TURNS = 12


def run(context: Context) -> bool:
    """Whether anything is changed; what the model only answered is in the chat."""
    changeset = context.changeset()
    lifecycle.show(context.sandbox(), changeset)
    steps.once(context, KEY, lambda step: _edit(context, step), role="builder", title="Edit")
    return reading.is_changed(changeset)


def _edit(context: Context, step: Step) -> steps.Output:
    writer = Writer(sinks.of_step(context, step))
    turns, complaints = _conversation(context), list[str]()
    for _ in range(_ROUNDS):
        context.heed()
        writer.look()
        call = asking.read_stream(context, step, _request(context, step, writer, turns), writer)
        complaints = apply(writer)
        if not complaints:
            break
        turns = (*turns, Turn("assistant", call.text), Turn("user", "\n".join(complaints)))
    _conclude(context, writer, complaints)
    return {"files": sorted(writer.touched), "left_out": complaints}


def _request(context: Context, step: Step, writer: Writer[JobSink], turns: tuple[Turn, ...]) -> tuple[Request, str]:
    values = {
        "rules": reading.rules(writer.sink.changeset),
        "wish": context.wish,
        "tree": reading.tree(writer.sink.changeset),
        "files": reading.full_texts(writer.sink.changeset),
    }
    return asking.request(context, step=step.key, prompt="edit", values=values, turns=turns)


def _conclude(context: Context, writer: Writer[JobSink], complaints: list[str]) -> None:
    """Say what the person would otherwise miss."""
    is_changed = reading.is_changed(writer.sink.changeset)
    if complaints and not is_changed:
        raise Failure("malformed_output", "None of the model's edits fits the files as they are.")
    if complaints:
        say(context, "Some edits did not fit and were left out:\n\n" + "\n\n".join(complaints))
    elif writer.has_acted and not is_changed:
        say(context, "Nothing had to be changed: the files are that way already.")


def _conversation(context: Context) -> tuple[Turn, ...]:
    """What was said before, and at last what is asked now."""
    newest = Message.objects.filter(session=context.job.session).exclude(job=context.job)
    said = [
        Turn("user" if message.role == "user" else "assistant", message.text)
        for message in reversed(newest.order_by("-created_at")[:_TURNS])
    ]
    return (*said, Turn("user", context.text))


def apply(writer: Writer[AnySink]) -> list[str]:
    """Apply what was collected; give back what to tell the model about the rest."""
    complaints: list[str] = []
    for change in writer.changes:
        complaints += _apply_to(writer, change)
    complaints += [f"{path}: TRUNCATED. The block did not end; send it whole." for path in writer.truncated]
    complaints += writer.faults
    for collected in (writer.changes, writer.truncated, writer.faults):
        collected.clear()
    return complaints


def _fitted(text: str, change: EditClosed | PatchClosed) -> edits.Result:
    if isinstance(change, EditClosed):
        return edits.apply(text, change.blocks)
    return edits.apply_unified(text, change.diff)


def _apply_to(writer: Writer[AnySink], change: EditClosed | PatchClosed) -> list[str]:
    path, before = change.path, writer.read(change.path)
    if before is None:
        return [f"{path}: NO_MATCH. There is no such file; send it whole if it is new."]
    text = files.text_of(before)
    if text is None:
        return [f"{path}: BAD_PATH. This file is not text and cannot be edited."]
    result = _fitted(text, change)
    if result.text != text:
        writer.replace(path, result.text.encode())
    done = f" The other {len(result.applied)} are applied; do not send them again." if result.applied else ""
    return [f"{path}, block {one.index + 1}: {one.code}.{done}\n{one.near}" for one in result.failures]
