"""What a model wrote elsewhere, read as files: by the parser of our own streams, over the files of a branch.

Whole files, edits that fit and commands about files are taken; what broke off or fits nowhere is named and left out.
"""

import re
from dataclasses import dataclass, field
from typing import NamedTuple

from django.db import transaction

from agents import packages
from agents.enums import JobKind
from agents.errors import Unfit
from agents.models import Job
from agents.parsing import edits, events, patches
from agents.parsing.stream import Parser
from agents.services import applies, chores
from projects.models import Branch, Change, ChangeSet, User, Version
from projects.services import changesets, files
from projects.services.staging import Content
from projects.store.trees import Manifest
from sandboxes import stacks

_MOST_FAULTS = 50
_MOST_WORDS = 20_000
# A place for an edit is looked for while its sender waits.
_MOST_EDITED, _MOST_LOOKED_THROUGH = 256 * 1024, 2_000_000
_TITLE = "Apply code"
_INSTALLERS = frozenset({"npm", "yarn", "pnpm", "bun", "pip", "uv"})
_EXPLANATION = re.compile(r"<explanation>(.*?)</explanation>", re.DOTALL)


class Results(NamedTuple):
    created: list[str]
    updated: list[str]
    faults: list[str]


@dataclass
class Reply:
    """`contents`: what each file becomes, None = gone. `seen`: what it was made over, for files that were read."""

    tree: Manifest
    stack: str
    contents: dict[str, bytes | None] = field(default_factory=dict)
    seen: dict[str, str] = field(default_factory=dict)
    faults: list[str] = field(default_factory=list)
    words: str = ""
    packages: list[str] = field(default_factory=list)
    _looked_through: int = 0

    @property
    def listing(self) -> str:
        """The file that names its packages, in apps that have some."""
        return stacks.BY_NAME.get(self.stack, stacks.STATIC).packages

    @property
    def explanation(self) -> str:
        found = _EXPLANATION.search(self.words)
        return found[1].strip() if found else ""

    def results(self) -> Results:
        paths = sorted(path for path, content in self.contents.items() if content is not None)
        created = [path for path in paths if path not in self.tree]
        return Results(created, [path for path in paths if path in self.tree], list(self.faults))

    def pairs(self) -> list[tuple[str, Content | None]]:
        """For a change set. Whether a file may be executed stays as it was."""
        return [
            (path, None if content is None else Content(content, executable=None))
            for path, content in sorted(self.contents.items())
        ]

    # --- the files, as `packages.carry_out` asks for them --------------------------------------------
    def read(self, path: str) -> bytes | None:
        if path in self.contents:
            return self.contents[path]
        if path not in self.tree:
            return None
        self.seen[path] = self.tree[path].sha256
        return files.read(self.tree, path)

    def replace(self, path: str, content: bytes) -> bool:
        self.contents[path] = content
        return True

    def remove(self, path: str) -> None:
        """A file, or everything in a folder of that name."""
        there = {*self.tree, *(name for name, content in self.contents.items() if content is not None)}
        for one in [path] if path in there else [name for name in there if name.startswith(f"{path}/")]:
            if one in self.tree:
                self.contents[one] = None
            else:
                del self.contents[one]

    def refusal(self, path: str) -> str:
        return ""

    # --- what stands in it ---------------------------------------------------------------------------
    def take(self, event: events.Event) -> None:
        match event:
            case events.Prose():
                self.words = (self.words + event.text)[:_MOST_WORDS]
            case events.FileClosed():
                self.contents[event.path] = event.text.encode()
            case events.EditClosed():
                self._edit(event.path, event)
            case events.PatchClosed():
                self._edit(event.path, event)
            case events.Command():
                self.carry_out(event.argv)
            case events.FileTruncated():
                self.fault(f"{event.path}: it broke off before its end.")
            case events.Malformed():
                self.fault(f"{event.path or event.line}: {event.code}. {event.reason}")

    def carry_out(self, argv: tuple[str, ...]) -> None:
        before, listing = self.contents.get(self.listing), self.listing
        if argv[0] in _INSTALLERS and not listing:
            self.fault(f"{' '.join(argv)}: this kind of app has no packages."[:500])
            return
        try:
            packages.carry_out(argv, self, stack=self.stack)
        except packages.Unusable as unusable:
            self.fault(str(unusable))
        if listing and before != self.contents.get(listing) and argv[0] in _INSTALLERS:
            self.packages += [word for word in argv[2:] if not word.startswith("-") and word != "install"]

    def fault(self, sentence: str) -> None:
        if len(self.faults) < _MOST_FAULTS:
            self.faults.append(sentence)

    def _edit(self, path: str, change: events.EditClosed | events.PatchClosed) -> None:
        before = self.read(path)
        text = files.text_of(before) if before is not None else None
        if text is None:
            self.fault(f"{path}: there is no such text to edit.")
            return
        self._looked_through += len(text) * _places(change)
        if self._looked_through > _MOST_LOOKED_THROUGH or len(text) > _MOST_EDITED:
            self.fault(f"{path}: that is too much to be edited at once; send the whole file.")
            return
        if isinstance(change, events.EditClosed):
            result = edits.apply(text, change.blocks)
        else:
            result = edits.apply_unified(text, change.diff)
        for failure in result.failures:
            self.fault(f"{path}: {failure.code}. {failure.near}"[:500])
        if result.applied:
            self.contents[path] = result.text.encode()


def _places(change: events.EditClosed | events.PatchClosed) -> int:
    """How often the text is looked through for it."""
    return len(change.blocks) if isinstance(change, events.EditClosed) else len(patches.read(change.diff))


def read(text: str, branch: Branch, *, wanted: list[str] | None = None) -> Reply:
    """`wanted` are packages beyond those that the text names."""
    tree = files.manifest(branch)
    reply, parser = Reply(tree, branch.template or branch.project.template or stacks.choose("", tree).name), Parser()
    for event in (*parser.feed(text), *parser.close()):
        reply.take(event)
    if "<command>" in reply.words:
        reply.fault("Commands are not run by this; say what should be done in a message.")
    add(reply, wanted or [])
    return reply


def add(reply: Reply, wanted: list[str]) -> None:
    """Packages, as a line in the file that lists those of the app."""
    for name in wanted:
        reply.carry_out(("npm", "install", name))


def save(reply: Reply, branch: Branch, *, by: User, message: str = _TITLE) -> Version:
    """At once, as one version; what an edit was made over must still be there."""
    _check_any(reply)
    return files.save_all(branch, reply.pairs(), by=by, message=message, expected=reply.seen)


def apply_later(reply: Reply, branch: Branch, *, by: User, idempotency_key: str | None) -> Job:
    """As a change set of its own that a worker applies. What was left out stands in its note."""
    with transaction.atomic():
        if idempotency_key and (known := chores.known(chores.locked(branch.project), idempotency_key)):
            if known.kind != JobKind.APPLY:
                raise Unfit("This key was used for another job. Take another key.")
            return known
        _check_any(reply)
        note = "\n".join(reply.faults)
        made = changesets.propose(branch, reply.pairs(), by=by, title=_TITLE, note=note, expected=reply.seen)
        return applies.ask(made, by=by, idempotency_key=idempotency_key)


def results_of(job: Job) -> Results:
    """Of an apply, however long ago it was asked for."""
    changeset = ChangeSet.objects.filter(project=job.project_id, pk=job.input["changeset"]).first()
    rows = Change.objects.filter(changeset=changeset, after__isnull=False).order_by("path")
    created = list(rows.filter(before=None).values_list("path", flat=True))
    updated = list(rows.exclude(before=None).values_list("path", flat=True))
    return Results(created, updated, changeset.note.splitlines() if changeset else [])


def _check_any(reply: Reply) -> None:
    """Nothing to write is a refusal, with what was left out."""
    if not reply.contents:
        why = " ".join(reply.faults[:5]) or "It holds no file, no edit and no package."
        raise Unfit(f"There is nothing in this that could be applied. {why}")
