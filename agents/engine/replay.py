"""Reads the stored replies of a job once more, through the parser and the writer that jobs use.

What comes of it is compared with what the job staged. Nothing is asked of a model and nothing is
written: the change set is a scratch one, in memory.
"""

import itertools
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from django.db.models import F, Sum
from django.db.models.functions import Length

from agents.engine import answer, asking, changing, continuing, design, edit, locking, midway, reading, repair, review
from agents.engine.pacing import AT_ONCE, Pace
from agents.engine.writer import Writer
from agents.errors import NotPossible
from agents.lifecycle import plans, steering
from agents.llm.base import Begun
from agents.models import Generation, Job
from agents.models.jobs import AT_REST
from agents.prompts import blueprint
from projects.models import ChangeSet
from projects.services import scratch
from projects.services.scratch import Scratch
from projects.store import trees
from projects.store.trees import Entry, Manifest

# So many characters at once, unless told otherwise. How a stream is cut must not matter.
CHUNK = 4096
# Between two files, as somebody had said something.
LEFT = "abandoned"
# Attempts that ended so have taken their last reply in to its end.
_TO_THE_END = "completed"


@dataclass(frozen=True)
class Outcome:
    """`differences` says of each path what the job staged (before) and what the replay did (after).

    `replies` counts those that were read; before `from_step` it is as the job had staged it.
    """

    job: Job
    changeset: ChangeSet | None
    scratch: Scratch
    differences: tuple[trees.Difference, ...]
    expected_hash: str
    tree_hash: str
    has_same_plan: bool
    replies: int
    characters: int
    from_step: str = ""

    @property
    def is_identical(self) -> bool:
        return self.expected_hash == self.tree_hash and self.has_same_plan


def run(
    job: Job, *, chunk: int = CHUNK, from_step: str = "", pace: Pace = AT_ONCE, tell: "Told | None" = None
) -> Outcome:
    """May be asked for a job at rest, as often as one likes; raises NotPossible otherwise.

    What came before `from_step` is taken as it is recorded. `tell` hears what happens, at the pace it happens at.
    """
    job = _at_rest(job)
    changeset = ChangeSet.objects.filter(branch=job.branch_id, job_ref=job.pk, follows=None).first()
    stored = list(replies(job))
    if not stored:
        raise NotPossible("This job has no stored reply: no model was asked.")
    earlier, stored = midway.split(job, stored, from_step)
    plan = _plan(job, stored)
    expected = locking.put_back(job, scratch.staged(changeset), scratch.base_of(changeset))
    stack = str(plan.get("stack") or job.branch.template or job.project.template)
    sink = ScratchSink(Scratch(scratch.base_of(changeset)), stack)
    for reply in earlier:
        _take_in(reply, sink, chunk, AT_ONCE)
    if earlier:
        midway.as_recorded(job, from_step, sink.scratch, expected)
    sink.tell = tell
    for reply in stored:
        _take_in(reply, sink, chunk, pace)
    if _at_rest(job).attempts != job.attempts:
        raise NotPossible("This job went on meanwhile. Replay it again.")
    return Outcome(
        job=job,
        changeset=changeset,
        scratch=sink.scratch,
        differences=tuple(trees.diff(expected, sink.manifest())),
        expected_hash=trees.tree_hash(expected),
        tree_hash=trees.tree_hash(sink.manifest()),
        has_same_plan=plan == job.blueprint,
        replies=len(stored),
        characters=_characters(stored),
        from_step=from_step,
    )


def _characters(stored: list["Reply"]) -> int:
    read = Generation.objects.filter(pk__in=[reply.id for reply in stored])
    return read.aggregate(all=Sum(Length("response")))["all"] or 0


def _at_rest(job: Job) -> Job:
    """As it is now."""
    fresh = Job.objects.select_related("project").filter(pk=job.pk).first()
    if fresh is None:
        raise NotPossible("This job does not exist any more.")
    if fresh.state not in AT_REST:
        raise NotPossible(f"This job is {fresh.state}. Replay it when it is at rest.")
    return fresh


@dataclass(frozen=True)
class Reply:
    """One stored reply. `most`: it was left in the middle, after so many changes were staged from it."""

    id: uuid.UUID
    step: str
    stacks: tuple[str, ...]
    is_whole: bool
    most: int | None
    begun: Begun | None
    left_out: frozenset[str]
    # How long it took until its first letter, and in all; None where nobody wrote that down.
    first_ms: int | None = None
    all_ms: int | None = None

    def text(self) -> str:
        return Generation.objects.values_list("response", flat=True).get(pk=self.id)

    def pieces(self, chunk: int, pace: Pace = AT_ONCE) -> Iterator[str]:
        """Ends as the call itself did: one that broke off is never taken for whole."""
        yield from pace.pieces(self.text(), chunk, first_ms=self.first_ms, all_ms=self.all_ms)
        if not self.is_whole:
            raise BrokenOff


class BrokenOff(Exception):
    """Here the reply, or the worker that read it, came to a sudden end."""


def replies(job: Job) -> Iterator[Reply]:
    """In the order they came. Only the last of an attempt can have been left in the middle."""
    outcomes = dict(job.attempt_rows.values_list("number", "outcome"))
    calls = Generation.objects.filter(job=job).select_related("step").defer("request", "response")
    calls = calls.annotate(
        stacks=F("request__stacks"), begun=F("request__begun"), left_out=F("request__left_out")
    ).order_by("attempt", "created_at")
    found = list(calls)
    for call, after in itertools.zip_longest(found, found[1:]):
        is_last = after is None or after.attempt != call.attempt
        may_be_left = is_last and outcomes.get(call.attempt) != _TO_THE_END
        yield Reply(
            id=call.pk,
            step=call.step.key,
            stacks=tuple(call.stacks or ()),
            is_whole=not call.error_code and call.finish_reason != "content_filter",
            most=call.staged if may_be_left or call.error_code == LEFT else None,
            begun=continuing.of(call.begun),
            left_out=frozenset(call.left_out or ()),
            first_ms=call.first_token_ms,
            all_ms=call.duration_ms,
        )


def _plan(job: Job, stored: list[Reply]) -> dict[str, Any]:
    """The blueprint that was kept: after it, none was asked for. What a person made of it stands in no reply."""
    if job.input.get(plans.EDITED):
        return dict(job.blueprint)
    designs = [reply for reply in stored if reply.step == design.KEY]
    for reply in reversed(designs):
        try:
            return design.plan_of(reply.text() if reply.is_whole else "", able=reply.stacks)
        except blueprint.Malformed:
            continue
    return {} if designs else dict(job.blueprint)


def is_change(step: str) -> bool:
    """Whether edits may stand in the replies of this step."""
    return step == edit.KEY or step.startswith((f"{repair.KEY}-", f"{review.KEY}-", f"{steering.KEY}-"))


def _take_in(reply: Reply, sink: "ScratchSink", chunk: int, pace: Pace) -> None:
    sink.say(f"{reply.step}:")
    if reply.step in (design.KEY, answer.KEY):
        pace.pass_over(reply.text(), first_ms=reply.first_ms, all_ms=reply.all_ms)
        return
    sink.left = reply.most
    writer = Writer(sink, begun=reply.begun, left_out=reply.left_out)
    try:
        asking.take_in(reply.pieces(chunk, pace), writer)
        if is_change(reply.step):
            changing.apply(writer)
    except BrokenOff:
        pass


# Hears each thing that happens, in a few words.
Told = Callable[[str], None]


class ScratchSink:
    """Takes what a writer gives into a scratch change set, and tells nobody but who asked for it."""

    def __init__(self, into: Scratch, stack: str) -> None:
        self.scratch = into
        self.left: int | None = None
        self.tell: Told | None = None
        self._stack = stack

    def manifest(self) -> Manifest:
        return self.scratch.manifest()

    def read(self, path: str, entry: Entry) -> bytes:
        return self.scratch.read(path)

    def stack(self) -> str:
        return reading.kind(self._stack, self.manifest())

    def stage(
        self, kind: str, path: str, content: bytes | None, *, executable: bool, expected: str, **told: object
    ) -> None:
        if self.left == 0:
            raise BrokenOff
        self.scratch.stage(path, content, executable=executable)
        self.left = None if self.left is None else self.left - 1
        self.say(f"  {path}: " + ("gone" if content is None else f"{len(content):,} bytes"))

    def open(self, path: str, purpose: str) -> None:
        self.say(f"  {path} …")

    def grow(self, path: str, piece: str) -> None: ...

    def abandon(self, path: str, reason: str = "") -> None: ...

    def hear(self, prose: str) -> None: ...

    def say(self, text: str) -> None:
        if self.tell is not None:
            self.tell(text)
