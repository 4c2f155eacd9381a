"""One step that changes an app that exists: asked for, applied exactly where it fits, and the rest asked for again.

Edits that fit nowhere go back to the model with the reason, within a bound. What the step is about is its caller's.
"""

import re
from dataclasses import dataclass, replace

from agents.engine import (
    asking,
    circles,
    composing,
    continuing,
    editing,
    faultpoints,
    ladder,
    reading,
    resuming,
    sinks,
    steps,
    view,
)
from agents.engine.calls import Call
from agents.engine.context import Context
from agents.engine.conversation import Earlier
from agents.engine.ladder import Rung
from agents.engine.sinks import JobSink, Steered
from agents.engine.speech import say_once
from agents.engine.writer import AnySink, Writer
from agents.errors import ModelFailure
from agents.lifecycle import steering
from agents.llm.base import Begun, Turn
from agents.models import Step
from projects.services import files

# The prompts whose replies are left when somebody says something, and the one that does what is said.
_STEERED, _TAKES_IN = ("edit", "repair"), "edit"
_LEFT = (
    "Your reply was left here, for this was said meanwhile. Of all that you wrote these are in place: {place}. Nothing "
    "else was taken. Go on with what is still missing, edits taken from the text as it is now, and take this in:"
)

# How a model asks to read what it was not shown.
_SHOW = re.compile(r"^Show me: (.{1,2000})$", re.MULTILINE)


def change(context: Context, step: Step, *, prompt: str, earlier: Earlier, text: str = "") -> steps.Output:
    """`left_out` names what did not fit in the end; `is_stuck`: it was answered the same, which did not fit before;
    `has_gone_on`: some of it was done by a worker that died over it. `heard` are the messages it took in on its way.

    `text` is what a person says, unless it is what the job is for.
    """
    writer = Writer(sinks.of_step(context, step))
    round_ = _Round(prompt, earlier, text or context.text, _about(context, earlier.turns))
    complaints: list[str] = []
    circle, is_stuck, only_whole = circles.Circle(), False, False
    kept = resuming.of(context, step)
    has_gone_on = kept is not None and bool(kept.done)
    if kept is not None and kept.done:
        writer.touched.update(path for _, path in kept.done)
        round_ = round_.after(kept.text, kept.go_on, None)
    for rung in ladder.rungs(context.models(step.key)):
        if (is_stuck and rung.is_own) or (only_whole and rung.is_of_blocks):
            continue
        try:
            call, round_ = _answer(context, step, round_, rung, writer, kept=kept)
        except ModelFailure as failure:
            if rung.is_own or failure.retryable:
                raise
            break  # the other model cannot be asked: what did not fit is told
        kept = None
        faultpoints.reach("edits_unapplied")
        begun = continuing.unfinished(step) if writer.truncated else None
        shortened, complaints = len(writer.shortened), apply(writer)
        only_whole = 0 < len(complaints) == shortened
        asks = rung.asks(only_whole=only_whole)
        said = "\n".join((*complaints, asks)) if complaints else _wanted(call, writer)
        if not said:
            break
        is_stuck = circle.is_closed_by(call, "\n".join(complaints))
        round_ = round_.after(call.text, said, begun)
    if complaints and writer.touched:
        say_once(context, "Some edits did not fit and were left out:\n\n" + "\n\n".join(complaints))
    is_stuck = is_stuck and bool(complaints)
    return {
        "files": sorted(writer.touched), "left_out": complaints, "has_acted": writer.has_acted, "is_stuck": is_stuck,
        "has_gone_on": has_gone_on, steering.HEARD: list(round_.heard),
    }  # fmt: skip


def _answer(
    context: Context, step: Step, round_: "_Round", rung: Rung, writer: Writer[JobSink], *, kept: resuming.Kept | None
) -> tuple[Call, "_Round"]:
    """Ask, and once more for each time that somebody breaks in: what was complete by then is applied, and the next
    reply is told the words. As many may be said as a job may be told."""
    while True:
        context.heed()
        writer.look()
        told = steering.count(context.job)
        asked = _request(context, step, round_, rung, writer)
        if kept is not None and not kept.done:
            return resuming.read(context, step, asked, writer, kept), round_
        writer.sink.told = told if round_.is_steered else None
        try:
            return asking.read_stream(context, step, asked, writer), round_
        except Steered:
            round_ = _broken_into(context, round_, told, writer)


def _broken_into(context: Context, round_: "_Round", told: int, writer: Writer[JobSink]) -> "_Round":
    """What was complete is in place, and the model knows of it and of the words."""
    call, complaints = writer.sink.call, apply(writer)
    new = steering.since(context.job, told)
    place = ", ".join(sorted(writer.touched))
    words = "\n\n".join(message.text for message in new)
    said = "\n\n".join((_LEFT.format(place=place or "nothing"), *complaints, words))
    return round_.after(call.text if call else "", said, None).told([str(message.pk) for message in new], words)


@dataclass(frozen=True)
class _Round:
    """What is asked: the prompt, what was said so far, what may name files, and a file that is to be gone on with."""

    prompt: str
    earlier: Earlier
    text: str
    about: str
    begun: Begun | None = None
    heard: tuple[str, ...] = ()

    @property
    def is_steered(self) -> bool:
        """Whether it is left for what people say meanwhile. Who looks an app through has something else to do."""
        return self.prompt in _STEERED

    def told(self, messages: list[str], words: str) -> "_Round":
        """Who mends an app is told, too, and does not do it: it is taken in by a step of its own."""
        heard = (*self.heard, *messages) if self.prompt == _TAKES_IN else self.heard
        return replace(self, heard=heard, about=f"{self.about}\n{words}")

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


def _request(context: Context, step: Step, round_: _Round, rung: Rung, writer: Writer[JobSink]) -> asking.Asked:
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
    for path in dict.fromkeys(change.path for change in writer.changes):
        complaints += editing.apply(writer, path, [change for change in writer.changes if change.path == path])
    complaints += [f"{path}: TRUNCATED. The block did not end." for path in writer.truncated]
    complaints += writer.faults
    for collected in (writer.changes, writer.truncated, writer.faults, writer.shortened):
        collected.clear()
    return complaints
