"""What is read of a project before a model is asked: its kind, its rules, and which files somebody speaks of."""

import json
import re
from collections import Counter
from collections.abc import Iterable

from agents import prompts
from projects.models import ChangeSet
from projects.services import files
from projects.store import trees
from sandboxes import stacks

# What may be a path in a sentence; a full stop at its end is the sentence's.
_WORD = re.compile(r"[\w@.\-/+()\[\]$]+")
_ENDS = ".-/@+("


def as_json(value: object) -> str:
    """Sorted: not every database keeps the order, and a prompt has to begin with the same letters each time."""
    return json.dumps(value, ensure_ascii=False, indent=1, sort_keys=True)


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


def named(text: str, paths: Iterable[str]) -> set[str]:
    """The files that somebody speaks of: by their path, or by a name that only one of them has."""
    said = [word.rstrip(_ENDS) for word in _WORD.findall(text)]
    words, names = {*said, *(word.strip("()[]") for word in said)}, {path: path.rsplit("/", 1)[-1] for path in paths}
    shared = {name for name, count in Counter(names.values()).items() if count > 1}
    return {path for path, name in names.items() if path in words or (name in words and name not in shared)}
