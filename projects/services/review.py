"""People decide about a change set: by file, by part of a file, by editing it, and by resolving conflicts."""

from collections.abc import Mapping
from typing import NamedTuple

from django.db import transaction

from projects import errors
from projects.enums import AuthorKind, Decision
from projects.events import ChangesetWaiting
from projects.models import Change, ChangeSet, Project, User
from projects.services import applying, changesets, choosing, staging, writing
from projects.services.choosing import Staged
from projects.store import blobs, merge, trees
from projects.store.hunks import Part
from projects.store.trees import Entry, Manifest

# Of a project's settings: what becomes of what Djinn made.
SETTING, ASK = "review", "ask"
# What stands in the branch now, or what the change set brings.
THEIRS, MINE = "branch", "change"


class _Sides(NamedTuple):
    """Where it began, what the branch is now, and what the change set would make of where it began: as it is staged."""

    base: Manifest
    head: Manifest
    ours: Manifest
    staged: list[Staged]


class Clash(NamedTuple):
    """A path that cannot be joined: what it was, what the branch made of it, what the change set did, and why."""

    path: str
    base: Entry | None
    branch: Entry | None
    change: Entry | None
    why: str


def is_wanted(project: Project) -> bool:
    """Whether what Djinn made waits for a person, as things are now."""
    kept = Project.objects.values_list("settings", flat=True).get(pk=project.pk)
    return bool(kept.get(SETTING) == ASK)


def has_begun(changeset: ChangeSet) -> bool:
    """Whether a person has decided about any of it."""
    return Change.objects.filter(changeset=changeset).exclude(decision=Decision.UNDECIDED, hunks={}).exists()


def want(project: Project, wanted: bool) -> None:
    """From the next job on."""
    with transaction.atomic():
        fresh = writing.lock(project.pk)
        fresh.settings.pop(SETTING, None)
        if wanted:
            fresh.settings[SETTING] = ASK
        fresh.save(update_fields=["settings"])
        project.settings = fresh.settings


def announcement(changeset: ChangeSet) -> ChangesetWaiting:
    """What pages are told of a change set that is left open; worked out before anything is locked."""
    differences = trees.diff(applying.tree_of(changeset.base_id), changesets.working_manifest(changeset))
    summary = applying.summarise(differences)
    return {
        **changesets.naming(changeset),
        "count": summary.count,
        "added": summary.added,
        "removed": summary.removed,
    }


def leave_open(changeset: ChangeSet, told: ChangesetWaiting) -> None:
    """It is finished, and waits for a person."""
    with transaction.atomic():
        writing.lock(changeset.project_id)
        fresh = changesets.locked_open(changeset)
        changesets.tell(fresh, "changeset_waiting", told, by=fresh.author)


def decide(changeset: ChangeSet, path: str, decision: Decision, *, seen: str | None = None) -> None:
    """About a whole file; what was decided about its parts is overruled. `seen` is the hash of what was looked at."""
    with transaction.atomic():
        change = _change(changeset, path, seen=seen)
        change.decision, change.hunks = decision, {}
        change.save(update_fields=["decision", "hunks"])


def decide_all(changeset: ChangeSet, decision: Decision, *, seen: int | None = None) -> None:
    """`seen` is the revision that was looked at."""
    with transaction.atomic():
        _lock(changeset)
        applying.check_seen(changeset, seen)
        Change.objects.filter(changeset=changeset).update(decision=decision, hunks={})


def decide_part(changeset: ChangeSet, path: str, part: str, decision: Decision, *, seen: str | None = None) -> None:
    """About one part of a file; once all parts are decided alike, that is the file's decision."""
    with transaction.atomic():
        change = _change(changeset, path, seen=seen)
        names = [one.id for one in parts_of(change)]
        if part not in names:
            raise errors.MissingPart(path, part)
        decided = {name: change.hunks.get(name, change.decision) for name in names} | {part: decision.value}
        _settle(change, names, decided)


def _settle(change: Change, names: list[str], decided: Mapping[str, str]) -> None:
    """The decisions about these parts, which are that of the file where they are all the same."""
    words = {decided.get(name, Decision.UNDECIDED.value) for name in names}
    change.decision, change.hunks = Decision.UNDECIDED, {}
    if len(words) == 1:
        change.decision = words.pop()
    else:
        change.hunks = {name: decided[name] for name in names if decided.get(name, "") not in ("", Decision.UNDECIDED)}
    change.save(update_fields=["decision", "hunks"])


def parts_of(change: Change) -> list[Part]:
    """What can be decided about one by one; `after` is fetched with it."""
    return choosing.parts_of(change.before_id, _entry(change.after_id, change.after.size if change.after else 0))


def edit(changeset: ChangeSet, path: str, content: bytes, *, seen: str) -> Change:
    """Another content for a staged file, by somebody who saw this one; its other parts stay as decided."""
    with transaction.atomic():
        change = _change(changeset, path, seen=seen)
        decided = {part.id: change.hunks.get(part.id, change.decision) for part in parts_of(change)}
        changesets.stage(changeset, path, content, executable=change.executable)
        edited = _change(changeset, path)
        if names := [part.id for part in parts_of(edited)]:
            _settle(edited, names, decided)
        return edited


def stage(changeset: ChangeSet, path: str, content: staging.Content | None, *, seen: str) -> None:
    """Any file, by somebody who saw this one in the change set, whatever was decided about it."""
    packed = staging.pack([(path, content)])
    with transaction.atomic():
        fresh = _lock(changeset)
        entries = applying.tree_of(fresh.base_id)
        rows = choosing.staged(fresh.pk)
        applying.check_expected({path: seen}, trees.overlay(entries, {row.path: row.after for row in rows}))
        staging.put(fresh, packed)


def reject(changeset: ChangeSet, *, by: User | None, seen: int | None = None) -> None:
    """As `changesets.reject`, by a person: not while its job is at it."""
    changesets.check_free(changeset)
    changesets.reject(changeset, by=by, seen=seen)


def _lock(changeset: ChangeSet) -> ChangeSet:
    changesets.check_free(changeset)
    return changesets.locked_open(changeset)


def _entry(sha256: str | None, size: int) -> Entry | None:
    return Entry(sha256, size) if sha256 else None


def _change(changeset: ChangeSet, path: str, *, seen: str | None = None) -> Change:
    _lock(changeset)
    rows = Change.objects.select_related("after").defer("after__content")
    change = rows.filter(changeset=changeset, path=path).first()
    if change is None:
        raise errors.MissingFile(path)
    if seen is not None and seen != (change.after_id or ""):
        raise errors.Stale(path, change.after_id or "")
    return change


def clashes(changeset: ChangeSet) -> list[Clash]:
    """What stands against applying it, as things are now; nothing is written."""
    base, head, ours, _ = _sides(changeset)
    if base == head:
        return []
    result = merge.merge(base, head, ours, _read, blobs.get_many)
    why = {
        path: str(errors.Conflict([one.path], {one.path: one.kind})) for one in result.clashes for path in one.paths()
    }
    return [Clash(path, base.get(path), head.get(path), ours.get(path), why.get(path, "")) for path in result.conflicts]


class Looked(NamedTuple):
    """What somebody saw who chooses: the revision of the change set, the number of its branch's head, 0 for none."""

    revision: int
    head: int


def looked(changeset: ChangeSet) -> Looked:
    """As things are now; asked before the clashes are worked out, it is no newer than they are."""
    fresh = ChangeSet.objects.get(pk=changeset.pk)
    head = applying.branch_of(fresh).head
    return Looked(fresh.revision, head.number if head else 0)


def resolve(
    changeset: ChangeSet, choices: Mapping[str, str | bytes], *, by: User | None, seen: Looked | None = None
) -> ChangeSet:
    """A change set over the head in its place, in which each clash is as chosen: `branch`, `change`, or a text."""
    sides = _sides(changeset)
    # Asked after they were read, so these are no newer than what was seen.
    _check_looked(changeset, seen)
    base, head, ours, _ = sides
    result = merge.merge(base, head, ours, _read, blobs.get_many)
    if missing := sorted(set(result.conflicts) - choices.keys()):
        raise errors.Conflict(missing)
    tree = {**result.tree, **_kept({path: (new.content, new.executable) for path, new in result.joined.items()})}
    for path in result.conflicts:
        chosen = _chosen(choices[path], path, head, ours)
        tree.pop(path, None)
        if chosen is not None:
            tree[path] = chosen
    trees.check_tree(tree)
    applying.check(tree)
    return _replace(changeset, sides, trees.diff(head, tree), by=by)


def _check_looked(changeset: ChangeSet, seen: Looked | None) -> None:
    if seen is None:
        return
    applying.check_seen(changeset, seen.revision)
    now = looked(changeset).head
    if seen.head != now:
        raise errors.Moved(changeset.branch_name, now or None)


def _chosen(choice: str | bytes, path: str, head: Manifest, ours: Manifest) -> Entry | None:
    if isinstance(choice, bytes):
        applying.check_content(path, choice)
        side = ours.get(path) or head.get(path)
        return _kept({path: (choice, side is not None and side.executable)})[path]
    if choice not in (THEIRS, MINE):
        raise errors.BadName(f"{path}: choose what the branch has, what the change brings, or a text of your own.")
    return (head if choice == THEIRS else ours).get(path)


def _kept(contents: Mapping[str, tuple[bytes, bool]]) -> Manifest:
    kept = blobs.put_all(content for content, _ in contents.values())
    return {
        path: Entry(blob.sha256, blob.size, is_executable)
        for blob, (path, (_, is_executable)) in zip(kept, contents.items(), strict=True)
    }


def _replace(changeset: ChangeSet, sides: _Sides, changes: list[trees.Difference], *, by: User | None) -> ChangeSet:
    """Neither side may have moved since the clashes were looked at."""
    decided = choosing.carried(sides.staged, changes)
    with transaction.atomic():
        writing.lock(changeset.project_id)
        fresh = _lock(changeset)
        branch = applying.branch_of(fresh)
        if applying.tree_of(branch.head_id) != sides.head:
            raise errors.Moved(branch.name, branch.head.number if branch.head else None)
        if choosing.staged(fresh.pk) != sides.staged:
            raise errors.Restaged(fresh.revision)
        following = changesets.open(
            branch=branch, author_kind=AuthorKind(fresh.author_kind), by=fresh.author or by, title=fresh.title
        )
        staging.put_changes(following, changes, decided=decided)
        changesets.supersede(fresh, following, by=by)
        # Only now, for a job has no two that are open.
        following.merges_id, following.note, following.job_ref = fresh.merges_id, fresh.note, fresh.job_ref
        following.follows = fresh
        following.save(update_fields=["merges", "note", "job_ref", "follows"])
    return following


def _sides(changeset: ChangeSet) -> _Sides:
    fresh = ChangeSet.objects.get(pk=changeset.pk)
    head_id = applying.branch_of(fresh).head_id
    base, staged = applying.tree_of(fresh.base_id), choosing.staged(fresh.pk)
    return _Sides(base, applying.tree_of(head_id), trees.overlay(base, choosing.wanted(staged)), staged)


def _read(entry: Entry) -> bytes:
    return blobs.get(entry.sha256)
