"""From a job's rows to a zip. The same job always gives the same bytes, and nothing secret is in them."""

import hashlib
import json
from collections.abc import Iterable, Iterator
from decimal import Decimal
from typing import Any, NamedTuple

from django.db.models import QuerySet
from pydantic import ValidationError

from agents import enums
from agents.errors import NotPossible
from agents.lifecycle import moves, plans, steering
from agents.models import Generation, Job, Message
from agents.models.jobs import TERMINAL
from agents.models.sessions import MOST_TEXT
from agents.parcels import cleaning, counting, shapes, travelling
from agents.parcels.cleaning import Cleaner
from projects.exports import archive
from projects.models import ChangeSet, Event
from projects.services import files, scratch
from projects.store import trees
from projects.store.trees import Entry, Manifest

_UNFIT = "This job does not fit into one file: {}."
# Where a text has a bound, the sign that took the place of something must not break it.
_MOST_TITLE = 120


class _File(NamedTuple):
    path: str
    content: bytes
    executable: bool = False


def pack(job: Job) -> Iterator[bytes]:
    """In pieces; what stands against it is said (NotPossible) before the first."""
    if job.is_chore or job.kind in enums.TRIED:
        raise NotPossible("This job asked no model: there is nothing to replay elsewhere.")
    if job.state not in TERMINAL:
        raise NotPossible(f"This job is {job.state}. It can be exported when it has ended.")
    parcel = _Parcel(job, cleaning.of(job))
    return archive.stream(parcel.files(), folder=f"job-{str(job.pk)[:8]}")


class _Parcel:
    def __init__(self, job: Job, cleaner: Cleaner) -> None:
        self._cleaner = cleaner
        _check_counts(job)
        self._trees = _trees(job)
        # Contents that are others without what has to stay here, by the hash they had.
        self._changed: dict[str, bytes] = {}
        self._clean_contents()
        of_trees = {name: self._tree(name) for name in self._trees}
        self._rows = _rows(job, cleaner, shapes.TreesPart.model_validate(of_trees))
        self._parts = {shapes.JOB: _json(self._rows.model_dump(mode="json"))}
        for number, (asked, came) in enumerate(_calls(job, cleaner), start=1):
            self._parts[shapes.request_of(number)], self._parts[shapes.reply_of(number)] = asked, came
        manifest = _json(self._manifest(self._parts).model_dump(mode="json"))
        self._parts = {shapes.MANIFEST: manifest, **self._parts}
        self._check()

    def _check(self) -> None:
        """What would be refused where it is read is refused here, before anything is sent."""
        for name, part in self._parts.items():
            most = shapes.most_of(name)
            if len(part) > most:
                raise NotPossible(_UNFIT.format(f"{name} is larger than {most // 1024**2} MB"))
        if len(self._unique()) + len(self._parts) > shapes.MOST_FILES:
            raise NotPossible(_UNFIT.format(f"it would have more than {shapes.MOST_FILES:,} parts"))
        sizes = (
            len(self._changed[sha]) if sha in self._changed else entry.size for sha, entry in self._unique().items()
        )
        if sum(map(len, self._parts.values())) + sum(sizes) > shapes.MOST_BYTES:
            raise NotPossible(_UNFIT.format(f"it would hold more than {shapes.MOST_BYTES // 1024**2} MB"))
        told = (part for name, part in self._parts.items() if shapes.is_json(name))
        if sum(counting.values(part, shapes.MOST_VALUES) for part in told) > shapes.MOST_VALUES:
            raise NotPossible(_UNFIT.format(f"it tells more than {shapes.MOST_VALUES:,} things"))

    def files(self) -> Iterator[_File]:
        yield from (_File(name, part) for name, part in self._parts.items())
        yield from self._contents()

    def _manifest(self, parts: dict[str, bytes]) -> shapes.Manifest:
        named = {name: _loaded(getattr(self._rows.trees, name)) for name in self._trees}
        return shapes.Manifest(
            format=1,
            kind="djinn job",
            trees={name: trees.tree_hash(tree) for name, tree in named.items() if tree is not None},
            parts={name: hashlib.sha256(part).hexdigest() for name, part in parts.items()},
            removed=self._cleaner.removed,
        )

    def _clean_contents(self) -> None:
        for file in files.read_all(self._unique()):
            cleaned = self._cleaner.data(file.content)
            if cleaned != file.content:
                self._changed[file.path] = cleaned

    def _unique(self) -> Manifest:
        """Each content once, by its hash in the place of a path."""
        every = (tree for tree in self._trees.values() if tree is not None)
        return {entry.sha256: entry for tree in every for entry in tree.values()}

    def _tree(self, name: str) -> shapes.Tree | None:
        tree = self._trees[name]
        if tree is None:
            return None
        paths = {self._cleaner.text(path): self._entry(entry) for path, entry in tree.items()}
        if len(paths) != len(tree):
            raise NotPossible("Without what has to stay here two files of this job would be called the same.")
        return paths

    def _entry(self, entry: Entry) -> shapes.FilePart:
        changed = self._changed.get(entry.sha256)
        if changed is None:
            return shapes.FilePart(*entry)
        return shapes.FilePart(hashlib.sha256(changed).hexdigest(), len(changed), entry.executable)

    def _contents(self) -> Iterator[_File]:
        """Sorted by the hash that each has in the parcel; those that did not change are read while they are sent."""
        changed = {hashlib.sha256(content).hexdigest(): content for content in self._changed.values()}
        kept = {sha: entry for sha, entry in self._unique().items() if sha not in self._changed and sha not in changed}
        yield from (_File(f"{shapes.CONTENTS}{sha}", changed[sha]) for sha in sorted(changed))
        yield from (_File(f"{shapes.CONTENTS}{file.path}", file.content) for file in files.read_all(kept))


def _trees(job: Job) -> dict[str, Manifest | None]:
    """As a replay finds them."""
    made = ChangeSet.objects.filter(branch=job.branch_id, job_ref=job.pk, follows=None).first()
    version = made.applied_as if made else None
    return {
        "base": scratch.base_of(made),
        "staged": scratch.staged(made) if made else None,
        "made": files.tree_of(version) if version else None,
    }


def _check_counts(job: Job) -> None:
    """Before they are read."""
    rows: dict[str, tuple[QuerySet[Any], int]] = {
        "steps": (job.steps.all(), shapes.MOST_ROWS),
        "attempts": (job.attempt_rows.all(), shapes.MOST_ROWS),
        "messages": (Message.objects.filter(job=job), shapes.MOST_ROWS),
        "calls": (Generation.objects.filter(job=job), shapes.MOST_CALLS),
        "events": (_travelling(job), shapes.MOST_EVENTS),
    }
    for name, (found, most) in rows.items():
        if found.count() > most:
            raise NotPossible(_UNFIT.format(f"it has more than {most:,} {name}"))


def _travelling(job: Job) -> "QuerySet[Event]":
    return Event.objects.filter(project=job.project_id, job_ref=job.pk, kind__in=travelling.KINDS)


def _rows(job: Job, cleaner: Cleaner, of_trees: shapes.TreesPart) -> shapes.Rows:
    try:
        return shapes.Rows(
            job=_job(job, cleaner),
            steps=[
                shapes.StepPart.model_validate(row) for row in _of(job.steps.order_by("ordinal", "pk"), _STEP, cleaner)
            ],
            attempts=[shapes.AttemptPart.model_validate(row) for row in _of(job.attempt_rows.all(), _ATTEMPT, cleaner)],
            calls=[shapes.CallPart.model_validate(row) for row in _of_calls(job, cleaner)],
            messages=list(_messages(job, cleaner)),
            events=list(_events(job, cleaner)),
            trees=of_trees,
        )
    except ValidationError as error:
        raise _unfit(error) from error


def _unfit(error: ValidationError) -> NotPossible:
    first = error.errors()[0]
    place = ".".join(map(str, first["loc"]))
    return NotPossible(_UNFIT.format(f"{place}: {first['msg']}"))


_STEP = ("key", "ordinal", "role", "title", "state", "output", "started_at", "finished_at")
_ATTEMPT = ("number", "started_at", "finished_at", "outcome", "error")
_CALL = (
    "role", "provider", "model", "attempt", "prompt_hash", "staged", "finish_reason", "error_code", "input_tokens",
    "cache_read_tokens", "cache_write_tokens", "output_tokens", "reasoning_tokens", "cost", "first_token_ms",
    "duration_ms", "created_at",
)  # fmt: skip


def _of(rows: Iterable[object], names: tuple[str, ...], cleaner: Cleaner) -> Iterator[dict[str, Any]]:
    for row in rows:
        cleaned = {name: cleaner.value(getattr(row, name)) for name in names}
        if "title" in cleaned:
            cleaned["title"] = str(cleaned["title"])[:_MOST_TITLE]
        yield cleaned


def _of_calls(job: Job, cleaner: Cleaner) -> Iterator[dict[str, Any]]:
    for call in _in_order(job).defer("request", "response"):
        [row] = _of([call], _CALL, cleaner)
        yield {"step": call.step.key, **row}


def _calls(job: Job, cleaner: Cleaner) -> Iterator[tuple[bytes, bytes]]:
    """What was asked, and what came."""
    for call in _in_order(job).iterator(chunk_size=20):
        asked = cleaner.value(call.request)
        try:
            shapes.RequestPart.model_validate(asked)
        except ValidationError as error:
            raise _unfit(error) from error
        yield _json(asked), cleaner.text(call.response).encode()


def _in_order(job: Job) -> Any:
    return Generation.objects.filter(job=job).select_related("step").order_by("attempt", "created_at", "pk")


def _job(job: Job, cleaner: Cleaner) -> shapes.JobPart:
    said = {name: job.input[name] for name in ("text", "wish", "model", plans.KEY, plans.EDITED) if name in job.input}
    return shapes.JobPart.model_validate(
        {
            "id": job.pk,
            "kind": str(job.kind),
            "state": str(job.state),
            "title": cleaner.text(moves.title(job))[:_MOST_TITLE],
            "model": job.model,
            "input": {name: _bounded(cleaner.value(value)) for name, value in said.items()},
            "blueprint": cleaner.value(job.blueprint),
            "plan": cleaner.value(job.plan),
            "error": cleaner.value(job.error),
            "spent": job.spent if job.imported_at is None else Decimal(job.output[shapes.IMPORTED]["spent"]),
            "created_at": job.created_at,
            "started_at": job.started_at,
            "finished_at": job.finished_at,
        }
    )


def _bounded(said: Any) -> Any:
    return said[:MOST_TEXT] if isinstance(said, str) else said


def _messages(job: Job, cleaner: Cleaner) -> Iterator[shapes.MessagePart]:
    first = str(job.input.get(steering.FIRST, ""))
    for message in Message.objects.filter(job=job).order_by("created_at", "id"):
        yield shapes.MessagePart(
            id=message.pk,
            role="user" if message.role == "user" else "assistant",
            text=_bounded(cleaner.text(message.text)) if message.role == "user" else cleaner.text(message.text),
            is_first=str(message.pk) == first,
            created_at=message.created_at,
        )


def _events(job: Job, cleaner: Cleaner) -> Iterator[shapes.EventPart]:
    """Without who it was: of people nothing is said but what they said."""
    for event in _travelling(job).order_by("seq"):
        payload = dict(event.payload)
        if event.kind == travelling.MESSAGE and payload.get("role") == "user":
            payload["author"] = ""
        yield shapes.EventPart.model_validate(
            {"kind": event.kind, "payload": cleaner.value(payload), "created_at": event.created_at}
        )


def _loaded(tree: shapes.Tree | None) -> Manifest | None:
    return None if tree is None else {path: Entry(*file) for path, file in tree.items()}


def _json(value: Any) -> bytes:
    """In one way of writing; what a clock or a set would order otherwise each time is in order."""
    return json.dumps(value, sort_keys=True, ensure_ascii=False, separators=(",", ":")).encode()
