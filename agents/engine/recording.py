"""Turns a finished job into a recording for the demo, and proves it by playing it before it counts.

A build is written in the form of the built-in ones. A change is added, as a follow-up, to the recording
that builds what it was made on.
"""

import re
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from django.utils.text import slugify

from agents import enums
from agents.engine import finished, locking, playing
from agents.engine.finished import Build
from agents.errors import NotPossible
from agents.models import Job
from agents.recordings import catalogue, drafts, rendering, secrets, words
from agents.recordings.recording import Recording
from projects.models import ChangeSet
from projects.services import scratch
from projects.store import trees

_NAME = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,38}[a-z0-9])?")
_MOST_TITLE = 120
_MOST_KEYWORDS = 40
_MOST_NAMED = 5
# After those that came with Djinn: a wish that fits nothing gets one of theirs.
_PLACE = 100


@dataclass(frozen=True)
class Made:
    name: str
    folder: Path
    tree_hash: str
    # What a person should know about it.
    notes: tuple[str, ...]


def make(job: Job, *, name: str = "", title: str = "", replaces: bool = False, keeps_secrets: bool = False) -> Made:
    """Raises NotPossible with the reason, and then nothing was written."""
    made = ChangeSet.objects.filter(branch=job.branch_id, job_ref=job.pk).select_related("applied_as")
    changeset = made.filter(applied_as__isnull=False).order_by("created_at").first()
    if job.state != enums.JobState.COMPLETED:
        raise NotPossible(f"This job is {job.state}. Only a completed one can be recorded.")
    if changeset is None or changeset.applied_as is None:
        raise NotPossible("This job changed nothing, so there is nothing to record.")
    try:
        if job.kind != enums.JobKind.GENERATE:
            return _add_change(job, changeset, name=name, keeps_secrets=keeps_secrets)
        return _record(job, changeset, *_name(job, name, replaces=replaces), title, keeps_secrets=keeps_secrets)
    except rendering.Unspeakable as sorry:
        raise NotPossible(str(sorry)) from sorry


def _record(job: Job, changeset: ChangeSet, name: str, replaces: bool, title: str, *, keeps_secrets: bool) -> Made:
    build = finished.build(job, changeset)
    notes = (*build.notes, *_warnings(build.texts, keeps_secrets=keeps_secrets))
    folder = catalogue.own_folder() / name
    with drafts.drafted(folder, replaces=replaces) as draft:
        _write(draft, {**build.streams(), catalogue.FILE: _index(job, build, title)})
        recording = catalogue.load(draft / catalogue.FILE)
        for is_piecemeal in (False, True):
            if playing.build(recording, is_piecemeal=is_piecemeal).tree_hash != build.tree_hash:
                raise NotPossible("Played back, this job gives other files. It cannot be recorded.")
    return Made(name, folder, build.tree_hash, notes)


def _name(job: Job, name: str, *, replaces: bool) -> tuple[str, bool]:
    """The wanted name, or one made of the app's: then only this job's own recording is replaced."""
    if not name:
        plain = slugify(str(job.blueprint.get("name", "")))[:30].strip("-") or "recording"
        own = f"{plain}-{str(job.pk)[:8]}"
        return (plain, False) if catalogue.get(plain) is None else (own, True)
    if not _NAME.fullmatch(name):
        raise NotPossible("The name of a recording is made of a-z, 0-9 and hyphens, at most 40.")
    taken = catalogue.get(name)
    if taken and taken.folder.parent != catalogue.own_folder():
        raise NotPossible(f"“{name}” came with Djinn. Choose another name.")
    if (catalogue.own_folder() / name).exists() and not replaces:
        raise NotPossible(f"There is a recording “{name}” already. Choose another name, or replace it by --force.")
    return name, replaces


def _warnings(texts: dict[str, str], *, keeps_secrets: bool) -> tuple[str, ...]:
    """Nothing is taken out in silence: what looks like a secret is recorded on request only."""
    found = [hint for name, text in texts.items() for hint in secrets.find(name, text)]
    if not found:
        return ()
    more = f"; and {len(found) - _MOST_NAMED} more" if found[_MOST_NAMED:] else ""
    named = "; ".join(found[:_MOST_NAMED]) + more
    if not keeps_secrets:
        raise NotPossible(f"Everybody who uses the demo would get what this job holds. {named}.")
    return (f"It holds what may be secret. {named}.",)


def _index(job: Job, build: Build, title: str) -> str:
    wish = str(job.input.get("text", ""))
    subjects, keywords = _vocabulary(wish, build)
    return rendering.toml(
        {
            "place": _PLACE,
            "title": " ".join((title or build.plan["name"]).split())[:_MOST_TITLE],
            "wish": wish,
            "stack": build.plan["stack"],
            "subjects": subjects,
            "keywords": keywords,
        }
    )


def _vocabulary(wish: str, build: Build) -> tuple[list[str], list[str]]:
    """Subjects name such an app: words of the wish that the plan uses too, but no general ones."""
    said, planned = words.content(wish), words.content(build.described())
    general = words.content(" ".join(word for one in catalogue.built_in() for word in one.keywords))
    subjects = (said & planned) - general or said & planned or said
    return sorted(subjects), [*sorted(said - subjects), *sorted(planned - said)][:_MOST_KEYWORDS]


def _add_change(job: Job, changeset: ChangeSet, *, name: str, keeps_secrets: bool) -> Made:
    says = str(job.input.get("text", ""))
    recording = _built_as(trees.tree_hash(locking.without(scratch.base_of(changeset))), name)
    if recording.stream("edit", text=says) is not None:
        raise NotPossible(f"“{recording.name}” has this change already.")
    text = finished.change(job, changeset)
    expected = trees.tree_hash(locking.without(scratch.staged(changeset)))
    notes = _warnings({"The reply": text}, keeps_secrets=keeps_secrets)
    key = f"{slugify(says)[:30].strip('-') or 'change'}-{str(job.pk)[:8]}"
    named = rendering.toml({"name": key, "says": says, "keywords": sorted(words.content(says))})
    with drafts.drafted(recording.folder, replaces=True) as draft:
        shutil.copytree(recording.folder, draft, dirs_exist_ok=True)
        index = (draft / catalogue.FILE).read_bytes().decode()
        _write(draft, {catalogue.FILE: f"{index}\n[[followup]]\n{named}", f"followup-{key}.txt": text})
        if playing.change(catalogue.load(draft / catalogue.FILE), says).tree_hash != expected:
            raise NotPossible("Played back, this change gives other files. It cannot be recorded.")
    return Made(recording.name, recording.folder, expected, notes)


def _built_as(tree_hash: str, name: str) -> Recording:
    """The operator's own recording that builds this tree."""
    for recording in _own(name):
        try:
            if playing.build(recording).tree_hash == tree_hash:
                return recording
        except NotPossible:
            continue
    raise NotPossible("This job is a change, and no recording builds what it was made on. Record the build first.")


def _own(name: str) -> Iterator[Recording]:
    for one in catalogue.all():
        if one.folder.parent == catalogue.own_folder() and name in ("", one.name):
            yield one


def _write(draft: Path, pages: dict[str, str]) -> None:
    for name, text in pages.items():
        (draft / name).write_bytes(text.encode())
