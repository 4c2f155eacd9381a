"""What a model is shown of a project: the tree, the rules of its kind, and as much text as fits."""

import json
import re
from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass

from agents import prompts
from projects.models import ChangeSet
from projects.services import files
from projects.store import trees
from sandboxes import stacks

_MOST_PER_FILE = 60_000
_MOST = 160_000
_LEFT_OUT = ("package-lock.json",)
# What may be a path in a sentence; a full stop at its end is the sentence's.
_WORD = re.compile(r"[\w@.\-/+()\[\]$]+")
_ENDS = ".-/@+("


def as_json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, indent=1)


def stack(changeset: ChangeSet) -> str:
    """The kind of app it is: as planned, or what the files say where nobody planned."""
    own = changeset.branch.template if changeset.branch else ""
    return kind(own or changeset.project.template, files.working_manifest(changeset))


def kind(planned: str, manifest: trees.Manifest) -> str:
    return planned or stacks.choose("", manifest).name


def rules(changeset: ChangeSet) -> str:
    return prompts.stack_rules((stack(changeset),))


def is_changed(changeset: ChangeSet) -> bool:
    """Whether applying it would change anything at all."""
    return files.working_manifest(changeset) != files.base_manifest(changeset)


def tree(changeset: ChangeSet) -> str:
    manifest = files.working_manifest(changeset)
    return "\n".join(f"{path} ({entry.size} bytes)" for path, entry in sorted(manifest.items()))


@dataclass(frozen=True)
class Shown:
    """The texts as a model reads them, and the files whose text is not among them."""

    text: str
    left_out: tuple[str, ...]


def texts(changeset: ChangeSet, *, first: Collection[str] = ()) -> Shown:
    """Every text file whole until the budget is used: those named come first, then the smallest; the rest by name."""
    manifest = files.working_manifest(changeset)
    shown, left_out, left = [], [], _MOST
    for path in sorted(manifest, key=lambda path: (path not in first, manifest[path].size, path)):
        text = None if path in _LEFT_OUT else _text(manifest, path)
        if text is None or len(text) > left:
            left_out.append(path)
            continue
        left -= len(text)
        shown.append(f'<file path="{path}">\n{text}\n</file>')
    if left_out:
        shown.append("Not shown: " + ", ".join(sorted(left_out)))
    return Shown("\n\n".join(shown), tuple(sorted(left_out)))


def named(text: str, manifest: trees.Manifest) -> set[str]:
    """The files that somebody speaks of: by their path, or by a name that only one of them has."""
    said = [word.rstrip(_ENDS) for word in _WORD.findall(text)]
    words, names = {*said, *(word.strip("()[]") for word in said)}, {path: path.rsplit("/", 1)[-1] for path in manifest}
    shared = {name for name, count in Counter(names.values()).items() if count > 1}
    return {path for path, name in names.items() if path in words or (name in words and name not in shared)}


def _text(manifest: trees.Manifest, path: str) -> str | None:
    return None if manifest[path].size > _MOST_PER_FILE else files.text_of(files.read(manifest, path))
