"""A person's edit of a text in a form: what it becomes, and both sides when somebody else was faster."""

from dataclasses import dataclass
from uuid import UUID

from django.db.models import TextField
from django.db.models.functions import Cast

from projects import errors
from projects.enums import ChangeSetState
from projects.models import Branch, Change, User, Version
from projects.services import files
from projects.store import diffs, endings, merge
from projects.store.diffs import Hunk
from projects.store.trees import Manifest

# More than this is no reading matter, and no form's; the download has it.
MOST_SHOWN = 1024 * 1024
# Whoever reads a text for longer than so many versions of a project is shown both sides and no join.
MOST_BACK = 50


@dataclass(frozen=True)
class Clash:
    """`joined`: both changes in one text, where they fit together. `hunks`: from theirs to mine."""

    theirs: str | None
    current: str
    joined: str | None
    hunks: list[Hunk]


def text_at(tree: Manifest, path: str) -> str | None:
    """As a form can hold it; None if it is none for a form."""
    if path not in tree:
        raise errors.MissingFile(path)
    if tree[path].size > MOST_SHOWN:
        return None
    text = files.text_of(files.read(tree, path))
    return None if text is None else endings.shown(text)


def save(branch: Branch, path: str, text: str, *, seen: str, by: User) -> Version:
    """With the line endings and the mark of the text it was made from."""
    original = files.text_of(_seen(branch, path, seen)) or ""
    content = endings.restored(original, text).encode()
    return files.save(branch, path, content, by=by, expected=seen)


def clash(branch: Branch, path: str, text: str, *, seen: str) -> Clash:
    """Both sides of it, to choose from."""
    tree = files.manifest(branch)
    current = tree[path].sha256 if path in tree else ""
    theirs = text_at(tree, path) if current else None
    base = endings.shown(files.text_of(_seen(branch, path, seen)) or "")
    mine = endings.shown(text)
    joined = merge.merge_bytes(base.encode(), theirs.encode(), mine.encode()) if theirs is not None and seen else None
    hunks = diffs.hunks(theirs, mine) if theirs is not None else []
    return Clash(theirs, current, None if joined is None else joined.decode(), hunks)


def _seen(branch: Branch, path: str, sha256: str) -> bytes:
    """Only what stood at this path of this project: nobody gets at contents by naming their hash."""
    entry = files.manifest(branch).get(path)
    if entry and sha256 and (entry.sha256 == sha256 or _was_here(branch.project_id, path, sha256)):
        return files.content_of(sha256) or b""
    return b""


def _was_here(project: UUID, path: str, sha256: str) -> bool:
    """Staged so, at any time; or as a merge, a push or a fork made it, in one of the newest versions."""
    applied = Change.objects.filter(changeset__project=project, changeset__state=ChangeSetState.APPLIED)
    if applied.filter(path=path, after=sha256).exists():
        return True
    newest = Version.objects.filter(project=project).order_by("-number").values_list("pk", flat=True)[:MOST_BACK]
    told = Version.objects.filter(pk__in=list(newest)).annotate(text=Cast("manifest", TextField()))
    trees = told.filter(text__contains=sha256).order_by("-number").values_list("manifest", flat=True)
    return any(tree[path][0] == sha256 for tree in trees.iterator(chunk_size=10) if path in tree)
