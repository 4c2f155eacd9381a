"""What a model is shown of a project: the tree, the rules of its kind, and as much text as fits."""

import json

from agents import prompts
from projects.models import ChangeSet
from projects.services import files
from projects.store import trees
from sandboxes import stacks

_MOST_PER_FILE = 60_000
_MOST = 160_000
_LEFT_OUT = ("package-lock.json",)


def as_json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, indent=1)


def stack(changeset: ChangeSet) -> str:
    """The kind of app it is: as planned, or what the files say where nobody planned."""
    return kind(changeset.project.template, files.working_manifest(changeset))


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


def full_texts(changeset: ChangeSet) -> str:
    """Every text file whole, smallest first, until the budget is used; then only names."""
    manifest = files.working_manifest(changeset)
    shown, omitted, left = [], [], _MOST
    for path, entry in sorted(manifest.items(), key=lambda item: (item[1].size, item[0])):
        text = None if path in _LEFT_OUT else _text(manifest, path, entry.size)
        if text is None or len(text) > left:
            omitted.append(path)
            continue
        left -= len(text)
        shown.append(f'<file path="{path}">\n{text}\n</file>')
    if omitted:
        shown.append("Not shown: " + ", ".join(sorted(omitted)))
    return "\n\n".join(shown)


def _text(manifest: trees.Manifest, path: str, size: int) -> str | None:
    return None if size > _MOST_PER_FILE else files.text_of(files.read(manifest, path))
