"""One step that changes an app that exists: asked for, applied exactly where it fits, and the rest asked for again.

Edits that fit nowhere go back to the model with the reason, within a bound. What the step is about is its caller's.
"""

from agents.engine import asking, continuing, reading, sinks, steps
from agents.engine.context import Context
from agents.engine.speech import say
from agents.engine.writer import AnySink, Writer
from agents.llm.base import Begun, Request, Turn
from agents.models import Step
from agents.parsing import edits
from agents.parsing.events import EditClosed, PatchClosed
from projects.services import files

_ROUNDS = 3


def change(context: Context, step: Step, *, prompt: str, turns: tuple[Turn, ...]) -> steps.Output:
    """`left_out` names what did not fit in the end."""
    writer, complaints = Writer(sinks.of_step(context, step)), list[str]()
    begun: Begun | None = None
    for _ in range(_ROUNDS):
        context.heed()
        writer.look()
        call = asking.read_stream(context, step, _request(context, step, prompt, turns, begun), writer)
        begun = continuing.unfinished(step) if writer.truncated else None
        complaints = apply(writer)
        if not complaints:
            break
        turns = (*turns, Turn("assistant", call.text), Turn("user", "\n".join(complaints)))
    if complaints and writer.touched:
        say(context, "Some edits did not fit and were left out:\n\n" + "\n\n".join(complaints))
    return {"files": sorted(writer.touched), "left_out": complaints, "has_acted": writer.has_acted}


def _request(
    context: Context, step: Step, prompt: str, turns: tuple[Turn, ...], begun: Begun | None
) -> tuple[Request, str]:
    """The app as it is now, with what was staged in this step."""
    changeset = context.changeset()
    values = {
        "rules": reading.rules(changeset),
        "wish": context.wish,
        "tree": reading.tree(changeset),
        "files": reading.full_texts(changeset),
    }
    return asking.request(context, step=step.key, prompt=prompt, values=values, turns=turns, begun=begun)


def apply(writer: Writer[AnySink]) -> list[str]:
    """Apply what was collected; give back what to tell the model about the rest."""
    complaints: list[str] = []
    for change in writer.changes:
        complaints += _apply_to(writer, change)
    complaints += [f"{path}: TRUNCATED. The block did not end." for path in writer.truncated]
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
