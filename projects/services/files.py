"""Reading trees, and a person's acts on files: each is one change set and one version, in one transaction.

`expected` is what the writer saw: the sha256 of a file, the tree hash of a folder, "" for nothing there.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import partial
from typing import NamedTuple

from projects import errors
from projects.models import Branch, ChangeSet, Project, User, Version
from projects.services import applying, changesets, drafts, staging, writing
from projects.services.drafts import Draft
from projects.services.staging import Packed
from projects.store import blobs, diffs, trees
from projects.store.trees import Entry, Manifest

# Trees have files alone: a folder is there because of what stands in it, an empty one because of this.
PLACEHOLDER = ".gitkeep"

Content = staging.Content
Entries = dict[str, Entry | None]


class File(NamedTuple):
    path: str
    content: bytes
    executable: bool


def branch_of(project: Project, name: str = "main") -> Branch:
    """The branch of this name; no name is `main`."""
    found = Branch.objects.filter(project=project, name=name or "main").first()
    if found is None:
        raise errors.Missing(f"There is no branch {name!r}.")
    return found


class Listed(NamedTuple):
    path: str
    size: int
    executable: bool


def listed(tree: Manifest) -> list[Listed]:
    """In the order of code points, whatever a database thinks of letters."""
    return [Listed(path, tree[path].size, tree[path].executable) for path in sorted(tree)]


def manifest(branch: Branch) -> Manifest:
    """The tree of the branch's head, read afresh."""
    return applying.tree_of(writing.head_of(branch))


def tree_of(version: Version) -> Manifest:
    return applying.tree_of(version.pk)


def working_manifest(changeset: ChangeSet) -> Manifest:
    """The tree as the change set's author sees it."""
    return changesets.working_manifest(changeset)


def base_manifest(changeset: ChangeSet) -> Manifest:
    """The tree the change set was begun over."""
    return applying.tree_of(changeset.base_id)


def read(manifest: Manifest, path: str) -> bytes:
    entry = manifest.get(path)
    if entry is None:
        raise errors.MissingFile(path)
    return blobs.get(entry.sha256)


def read_all(manifest: Manifest) -> Iterator[File]:
    """Every file in order, a few at a time in memory."""
    paths = sorted(manifest)
    contents = blobs.get_many(manifest[path].sha256 for path in paths)
    for path, (_, content) in zip(paths, contents, strict=True):
        yield File(path, content, manifest[path].executable)


def content_of(sha256: str) -> bytes | None:
    """What a writer saw once; None if it is kept no more. Only for who saw it: a hash opens no door."""
    try:
        return blobs.get(sha256)
    except errors.Corrupt:
        return None


def tree_hash(manifest: Manifest) -> str:
    return trees.tree_hash(manifest)


def text_of(content: bytes) -> str | None:
    """The text, or None if these bytes are not text."""
    return diffs.text_of(content)


def count_lines(text: str | None) -> int:
    return len(diffs.lines_of(text or ""))


def state_of(tree: Manifest, path: str) -> str:
    """What a writer says it saw: the hash of a file or of a folder; empty for nothing."""
    if path in tree:
        return tree[path].sha256
    folder = trees.inside(tree, path)
    return trees.tree_hash(folder) if folder else ""


def save(
    branch: Branch,
    path: str,
    content: bytes,
    *,
    by: User,
    executable: bool | None = None,
    expected: str | None = None,
    message: str = "",
) -> Version:
    """One person's edit of one file; whether it may be executed stays as it was unless said."""
    packed = staging.pack([(path, Content(content, executable))])
    title = message or f"{'Add' if expected == '' else 'Edit'} {path}"
    return _write(branch, packed.over, packed, by=by, message=title, expected=_seen(path, expected))


def save_all(
    branch: Branch,
    contents: Iterable[tuple[str, Content | None]],
    *,
    by: User,
    message: str,
    expected: Mapping[str, str] | None = None,
) -> Version:
    """Many files, one version; None takes a file away."""
    packed = staging.pack(contents)
    return _write(branch, packed.over, packed, by=by, message=message, expected=expected or {})


def delete(branch: Branch, path: str, *, by: User, expected: str | None = None) -> Version:
    """A file, or a folder with all that stands in it."""

    def work(tree: Manifest) -> Entries:
        return dict.fromkeys(_there(tree, path))

    return _write(branch, work, by=by, message=f"Delete {path}", expected=_seen(path, expected))


def move(branch: Branch, path: str, target: str, *, by: User, expected: str | None = None) -> Version:
    """A file or a folder to another path; what stands there already is never replaced."""
    trees.check_path(target)

    def work(tree: Manifest) -> Entries:
        if target.startswith(f"{path}/"):
            raise errors.BadPath(target, "is inside what is to be moved")
        moved = {f"{target}{old.removeprefix(path)}": entry for old, entry in _there(tree, path).items()}
        left = tree.keys() - _there(tree, path).keys()
        if target in left:
            raise errors.Stale(target, tree[target].sha256, "")
        if any(other.startswith(f"{target}/") for other in left):
            raise errors.BadPath(target, "is a folder already")
        return {**dict.fromkeys(_there(tree, path)), **moved}

    return _write(branch, work, by=by, message=f"Move {path} to {target}", expected=_seen(path, expected))


def make_folder(branch: Branch, path: str, *, by: User) -> Version:
    """An empty folder is one with a placeholder in it."""
    packed = staging.pack([(f"{trees.check_path(path)}/{PLACEHOLDER}", Content(b""))])

    def work(tree: Manifest) -> Entries:
        if trees.inside(tree, path):
            raise errors.BadPath(path, "is a folder already")
        return packed.entries

    return _write(branch, work, packed, by=by, message=f"Make the folder {path}", expected={})


def _there(tree: Manifest, path: str) -> Manifest:
    """The file, or all files of the folder."""
    found = {path: tree[path]} if path in tree else trees.inside(tree, path) if path else {}
    if not found:
        raise errors.MissingFile(path)
    return found


def _seen(path: str, expected: str | None) -> dict[str, str]:
    return {} if expected is None else {path: expected}


def _check_seen(tree: Manifest, expected: Mapping[str, str], *, is_writing: bool) -> None:
    for path, seen in sorted(expected.items()):
        current = state_of(tree, path)
        # A folder in a new file's way is told by the rules for names.
        if seen != current and not (is_writing and seen == "" and path not in tree):
            raise errors.Stale(path, current, seen)


def _write(
    branch: Branch,
    work: Callable[[Manifest], Entries],
    packed: Packed | None = None,
    *,
    by: User,
    message: str,
    expected: Mapping[str, str],
) -> Version:
    """Compare the head with what was seen, and draw over it. What changes nothing makes no version."""

    def plan() -> Draft:
        head = writing.head_of(branch)
        tree = applying.tree_of(head)
        _check_seen(tree, expected, is_writing=packed is not None)
        return drafts.draw(head, work(tree), packed.fresh.values() if packed else ())

    def write(draft: Draft) -> Version:
        if draft.step.head_id and not draft.step.differences:
            return Version.objects.defer("manifest", "raw_commit").get(pk=draft.step.head_id)
        return drafts.write(branch, draft, by=by, message=message)

    return writing.settle(branch.project_id, plan=plan, holds=partial(drafts.holds, branch), write=write)
