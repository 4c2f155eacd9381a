"""A small request on a project that exists becomes a small change.

Edits are applied as they were asked for, exactly where they fit; those that fit nowhere go back
to the model with the reason, within a bound.
"""

from collections.abc import Callable
from functools import partial

from agents import prompts
from agents.engine import asking, reading, steps
from agents.engine.context import Context
from agents.engine.speech import say
from agents.engine.writer import Writer
from agents.lifecycle.failures import Failure
from agents.llm.base import Turn
from agents.models import Message, Step
from agents.parsing import edits, patches
from sandboxes.runtime import lifecycle

_ROUNDS = 3
_TURNS = 12


def run(context: Context) -> None:
    lifecycle.show(context.sandbox(), context.changeset())
    steps.once(context, "edit", lambda step: _edit(context, step), role="builder", title="Edit")


def _edit(context: Context, step: Step) -> steps.Output:
    writer = Writer(context, context.changeset(), context.sandbox(), step.key)
    turns = _conversation(context)
    for _ in range(_ROUNDS):
        context.heed()
        asked = asking.request(
            context,
            step=step.key,
            prompt="edit",
            values={
                "rules": prompts.stack_rules((context.project.template,)),
                "wish": context.wish,
                "tree": reading.tree(writer.changeset),
                "files": reading.full_texts(writer.changeset),
            },
            turns=turns,
        )
        call = asking.read_stream(context, step, asked, writer)
        complaints = _apply(writer)
        if not complaints:
            return {"files": sorted(writer.touched)}
        turns = (*turns, Turn("assistant", call.text), Turn("user", "\n".join(complaints)))
    if not writer.touched:
        raise Failure("malformed_output", "None of the model's edits fits the files as they are.")
    say(context, "Some edits did not fit and were left out:\n\n" + "\n\n".join(complaints))
    return {"files": sorted(writer.touched), "left_out": complaints}


def _conversation(context: Context) -> tuple[Turn, ...]:
    """What was said before, and at last what is asked now."""
    newest = Message.objects.filter(session=context.job.session).exclude(job=context.job)
    said = [
        Turn("user" if message.role == "user" else "assistant", message.text)
        for message in reversed(newest.order_by("-created_at")[:_TURNS])
    ]
    return (*said, Turn("user", context.text))


def _apply(writer: Writer) -> list[str]:
    """Apply what was collected; give back what to tell the model about the rest."""
    complaints: list[str] = []
    for edit in writer.edits:
        complaints += _apply_to(writer, edit.path, partial(edits.apply, blocks=edit.blocks))
    for patch in writer.patches:
        complaints += _apply_to(writer, patch.path, partial(patches.apply, diff=patch.diff))
    for path in writer.truncated:
        complaints.append(f"{path}: TRUNCATED. The block did not end; send it whole.")
    writer.edits.clear()
    writer.patches.clear()
    writer.truncated.clear()
    return complaints


def _apply_to(writer: Writer, path: str, apply: Callable[[str], edits.Result]) -> list[str]:
    before = writer.read(path)
    if before is None:
        return [f"{path}: NO_MATCH. There is no such file; send it whole if it is new."]
    try:
        text = before.decode()
    except UnicodeDecodeError:
        return [f"{path}: BAD_PATH. This file is not text and cannot be edited."]
    result = apply(text)
    if result.text != text:
        writer.replace(path, result.text.encode())
    done = f" The other {len(result.applied)} are applied; do not send them again." if result.applied else ""
    return [f"{path}, block {one.index + 1}: {one.code}.{done}\n{one.near}" for one in result.failures]
