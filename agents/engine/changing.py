"""One step that changes an app that exists: asked for, applied exactly where it fits, and the rest asked for again.

Edits that fit nowhere go back to the model with the reason, within a bound. What the step is about is its caller's.
"""

import itertools
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

from agents.engine import asking, circles, composing, continuing, faultpoints, reading, resuming, sinks, steps, view
from agents.engine.calls import Call
from agents.engine.context import Context
from agents.engine.conversation import Earlier
from agents.engine.sinks import JobSink
from agents.engine.speech import say_once
from agents.engine.writer import AnySink, Writer
from agents.errors import ModelFailure
from agents.lifecycle import steering
from agents.llm.base import Begun, Turn
from agents.models import Step
from agents.parsing import edits
from agents.parsing.events import EditClosed, PatchClosed
from projects.services import files

# What is asked for after a reply of which something did not fit: its blocks once more, the files whole, and that of
# another model. After the last of them it is for the person to say how to go on.
_LADDER = (
    "Send these blocks again, taken anew from the text as it is now.",
    "Send each of these files whole this time.",
    "Send each of these files whole.",
)

# How a model asks to read what it was not shown.
_SHOW = re.compile(r"^Show me: (.{1,2000})$", re.MULTILINE)


def change(context: Context, step: Step, *, prompt: str, earlier: Earlier, text: str = "") -> steps.Output:
    """`left_out` names what did not fit in the end; `is_stuck`: it was answered the same, which did not fit before;
    `has_gone_on`: some of it was done by a worker that died over it.

    `text` is what a person says, unless it is what the job is for.
    """
    writer = Writer(sinks.of_step(context, step))
    round_ = _Round(prompt, earlier, text or context.text, _about(context, earlier.turns))
    complaints: list[str] = []
    circle, is_stuck = circles.Circle(), False
    kept = resuming.of(context, step)
    has_gone_on = kept is not None and bool(kept.done)
    if kept is not None and kept.done:
        writer.touched.update(path for _, path in kept.done)
        round_ = round_.after(kept.text, kept.go_on, None)
    for rung in _rungs(context, step):
        if is_stuck and rung.is_own:
            continue
        context.heed()
        writer.look()
        try:
            call = _reply(context, step, _request(context, step, round_, rung, writer), writer, kept)
        except ModelFailure as failure:
            if rung.is_own or failure.retryable:
                raise
            break  # the other model cannot be asked: what did not fit is told
        kept = None
        faultpoints.reach("edits_unapplied")
        begun = continuing.unfinished(step) if writer.truncated else None
        complaints = apply(writer)
        said = "\n".join((*complaints, rung.next)) if complaints else _wanted(call, writer)
        if not said:
            break
        is_stuck = circle.is_closed_by(call, "\n".join(complaints))
        round_ = round_.after(call.text, said, begun)
    if complaints and writer.touched:
        say_once(context, "Some edits did not fit and were left out:\n\n" + "\n\n".join(complaints))
    is_stuck = is_stuck and bool(complaints)
    return {
        "files": sorted(writer.touched), "left_out": complaints, "has_acted": writer.has_acted, "is_stuck": is_stuck,
        "has_gone_on": has_gone_on,
    }  # fmt: skip


def _reply(
    context: Context, step: Step, asked: asking.Asked, writer: Writer[JobSink], kept: resuming.Kept | None
) -> Call:
    if kept is not None and not kept.done:
        return resuming.read(context, step, asked, writer, kept)
    return asking.read_stream(context, step, asked, writer)


@dataclass(frozen=True)
class _Round:
    """What is asked: the prompt, what was said so far, what may name files, and a file that is to be gone on with."""

    prompt: str
    earlier: Earlier
    text: str
    about: str
    begun: Begun | None = None

    def after(self, reply: str, said: str, begun: Begun | None) -> "_Round":
        turns = (*self.earlier.turns, Turn("assistant", reply), Turn("user", said))
        return replace(self, earlier=replace(self.earlier, turns=turns), begun=begun)


def _about(context: Context, turns: tuple[Turn, ...]) -> str:
    """All that was said or reported to the model: a file that is named there is its to write."""
    return "\n".join((context.text, *steering.said(context.job), *(turn.text for turn in turns)))


def _wanted(call: Call, writer: Writer[JobSink]) -> str:
    """What to tell a model that did nothing yet but ask for files it has not read; they come with the next round."""
    given = call.request.given
    asked = "\n".join(_SHOW.findall(call.text))
    if writer.has_acted or given is None or not reading.named(asked, view.hidden(given)):
        return ""
    return "They are shown to you now, as far as there is room. Go on with what was asked."


@dataclass(frozen=True)
class _Rung:
    """Who is asked now, and what for if it does not fit."""

    model: str
    next: str
    is_own: bool


def _rungs(context: Context, step: Step) -> Iterator[_Rung]:
    own, *others = context.models(step.key)
    models = [own, own, own, *others[:1]]
    for model, after in itertools.zip_longest(models, _LADDER[: len(models) - 1], fillvalue=""):
        yield _Rung(model, after, model == own)


def _request(context: Context, step: Step, round_: _Round, rung: _Rung, writer: Writer[JobSink]) -> asking.Asked:
    """The app as it is now, with what was staged in this step; first what it missed, what was named, what it wrote."""
    changeset = context.changeset()
    manifest = files.working_manifest(changeset)
    named = reading.named(round_.about, manifest)
    own = set(changeset.changes.values_list("path", flat=True))  # what the job has written it knows
    said = reading.named("\n".join(turn.text for turn in round_.earlier.turns), manifest)
    first = tuple(dict.fromkeys(path for some in (writer.unseen, said, named, own) for path in sorted(some)))
    values, given = composing.values(
        context, changeset, step=step.key, prompt=round_.prompt, first=first, earlier=round_.earlier
    )
    asked, prompt_hash = asking.request(
        context, step=step.key, prompt=round_.prompt, values=values, turns=round_.earlier.turns, begun=round_.begun,
        left_out=tuple(path for path in view.hidden(given) if path not in named | own), given=given, text=round_.text,
    )  # fmt: skip
    return replace(asked, model=rung.model), prompt_hash


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
    if fault := writer.refusal(path):
        return [fault]
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
