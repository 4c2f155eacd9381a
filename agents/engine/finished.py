"""What a finished job made, in the form of a recording: its plan, and each file once, as it was at the end."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from agents.engine import design, edit, locking, replay
from agents.errors import NotPossible
from agents.models import Job
from agents.parsing import events
from agents.parsing.stream import Parser
from agents.prompts import blueprint
from agents.recordings import rendering
from projects.models import ChangeSet
from projects.services import files, scratch
from projects.store import trees
from projects.store.trees import Manifest

_MOST_NAMED = 5


@dataclass(frozen=True)
class Build:
    plan: dict[str, Any]
    texts: dict[str, str]
    # What was said at each step.
    prose: dict[str, str]
    tree_hash: str
    notes: tuple[str, ...]

    def described(self) -> str:
        pages = " ".join(page["title"] for page in self.plan["pages"])
        return " ".join((self.plan["name"], self.plan["description"], pages, *self.plan["features"]))

    def streams(self) -> dict[str, str]:
        """The text of each step, by the name of its file."""
        plan = self.plan
        said = rendering.words(self.prose.get(design.KEY, ""), plan["description"])
        pages = {f"{design.KEY}.txt": rendering.design(said, plan)}
        for number, phase in enumerate(plan["phases"], start=1):
            said = rendering.words(self.prose.get(f"implement-{number}", ""), f"{phase['title']}.")
            written = [(file["path"], file["purpose"], self.texts[file["path"]]) for file in phase["files"]]
            pages[f"implement-{number}.txt"] = rendering.phase(said, written)
        return pages


def build(job: Job, changeset: ChangeSet) -> Build:
    manifest = locking.without(scratch.staged(changeset))
    texts = _texts(manifest)
    plan, notes = _plan(job.blueprint, texts)
    version = changeset.applied_as
    if version and trees.tree_hash(locking.without(files.tree_of(version))) != trees.tree_hash(manifest):
        notes.append("It holds what this job made, without the work of others that was joined with it.")
    return Build(plan, texts, _prose(job), trees.tree_hash(manifest), tuple(notes))


def change(job: Job, changeset: ChangeSet) -> str:
    """The reply as it came, if it was one; otherwise every changed file whole."""
    replies = [reply for reply in replay.replies(job) if replay.is_change(reply.step)]
    if len(replies) == 1 and replies[0].step == edit.KEY and replies[0].is_whole:
        return replies[0].text()
    before, after = (locking.without(tree) for tree in (scratch.base_of(changeset), scratch.staged(changeset)))
    changed = {one.path: one.after for one in trees.diff(before, after)}
    texts = _texts({path: entry for path, entry in changed.items() if entry})
    written = rendering.phase("Done.", [(path, "", text) for path, text in texts.items()])
    gone = [f"\nrm -f {path}\n" for path, entry in changed.items() if entry is None]
    return "".join((written, *gone))


def _texts(manifest: Manifest) -> dict[str, str]:
    texts: dict[str, str] = {}
    for file in files.read_all(manifest):
        text = files.text_of(file.content)
        if text is None or file.executable:
            raise NotPossible(f"A recording holds plain text files; {file.path} is not one.")
        texts[file.path] = text
    return texts


def _plan(planned: dict[str, Any], texts: Iterable[str]) -> tuple[dict[str, Any], list[str]]:
    """The plan with exactly the files that are there, for a job that resumes asks by it."""
    present, notes = set(texts), list[str]()
    phases = [
        {**phase, "files": [file for file in phase["files"] if file["path"] in present]} for phase in planned["phases"]
    ]
    phases = [phase for phase in phases if phase["files"]]
    known = {file["path"] for phase in planned["phases"] for file in phase["files"]}
    if unplanned := sorted(present - known):
        phases[-1:] = [
            {**phases[-1], "files": [*phases[-1]["files"], *({"path": p, "purpose": ""} for p in unplanned)]}
        ]
        notes.append(f"Not in the plan, and now in the recording's: {_named(unplanned)}.")
    if gone := sorted(known - present):
        notes.append(f"In the plan, and no more in the app: {_named(gone)}.")
    try:
        return blueprint.from_dict({**planned, "phases": phases}).as_dict(), notes
    except blueprint.Malformed as malformed:
        raise NotPossible(f"What this job made cannot be planned: {malformed}") from malformed


def _named(paths: list[str]) -> str:
    return ", ".join(paths[:_MOST_NAMED]) + (", …" if paths[_MOST_NAMED:] else "")


def _prose(job: Job) -> dict[str, str]:
    """What the model said before its first file, the first time it was asked."""
    said: dict[str, str] = {}
    for reply in replay.replies(job):
        if reply.step == design.KEY:
            said[reply.step] = design.prose_of(reply.text())
        elif reply.step not in said:
            said[reply.step] = _before_files(reply.text())
    return said


def _before_files(text: str) -> str:
    found = iter(Parser().feed(text))
    prose: list[str] = []
    for event in found:
        if not isinstance(event, events.Prose):
            break
        prose.append(event.text)
    return "".join(prose)
