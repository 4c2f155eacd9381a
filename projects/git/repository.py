"""A project as a bare repository in DJINN_HOME/git: a cache, made from versions and thrown away when it is damaged.

1. Who brings it up to date holds the project's file lock; readers need none, for objects are only ever added.
2. New objects arrive as one pack, which git itself puts in place whole or not at all.
3. Then the refs are replaced at once, and last the note of how far it goes. Killed in between, the same is done again.
"""

import json
import secrets
import shutil
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, NamedTuple
from uuid import UUID

from django.conf import settings

from projects import errors
from projects.git import filling, locking, packs, program
from projects.models import Branch, Project, Version

PATIENCE = 120.0
UNUSED_DAYS = 30
CHECK_SECONDS = 24 * 3600
# So many packs make git slow; it is made anew as one.
MOST_PACKS = 50
CONFIG = """[core]
\trepositoryformatversion = 0
\tbare = true
[gc]
\tauto = 0
[uploadpack]
\tallowFilter = true
[pack]
\tthreads = 1
\twindowMemory = 64m
"""
NOTE = "djinn.json"
DOUBTED = "doubted"
PACKED = "# pack-refs with: peeled fully-peeled sorted \n"


class Ready(NamedTuple):
    """`refs`: {branch: commit}, all of which are in it. What its files say may be newer the next moment."""

    folder: Path
    refs: dict[str, str]


def ready(project: Project) -> Ready:
    """The repository, with every version in it and every branch at its head."""
    program.find()
    folder = folder_of(project.pk)
    with _alone(project.pk):
        for is_last in (False, True):
            try:
                return Ready(folder, _bring_up(project, folder))
            except (errors.GitFailed, _Doubtful):
                if is_last:
                    raise
                _discard(folder)
    raise AssertionError("unreachable")


def doubt(project: Project) -> None:
    """Git gave up over it, perhaps only over a bad question: before the next use it is looked through."""
    with suppress(FileNotFoundError):
        (folder_of(project.pk) / DOUBTED).touch()


def forget(project_id: UUID) -> None:
    """The project is gone."""
    with _alone(project_id):
        _discard(folder_of(project_id))


def root() -> Path:
    found: Path = settings.DJINN_HOME / "git"
    found.mkdir(parents=True, exist_ok=True, mode=0o700)
    return found


def folder_of(project_id: UUID) -> Path:
    return root() / f"{project_id}.git"


class _Doubtful(errors.Refusal):
    """What lies there is not what the database says."""


@contextmanager
def _alone(project_id: UUID, patience: float = PATIENCE) -> Iterator[None]:
    with locking.alone(root() / f"{project_id}.lock", patience):
        yield


def known_heads(project: Project) -> dict[str, str] | None:
    """What the refs would be after `ready`; None if one of the heads has no name of git's yet."""
    heads = _heads(project)
    found = _named(heads)
    return found if len(found) == len(heads) else None


def _heads(project: Project) -> dict[str, UUID]:
    rows = Branch.objects.filter(project=project).exclude(head=None).values_list("name", "head_id")
    return {name: head for name, head in rows if head}


def _named(heads: Mapping[str, UUID]) -> dict[str, str]:
    """Those of them that git has a name for."""
    rows = Version.objects.filter(pk__in=set(heads.values())).values_list("pk", "commit_oid")
    names = {version: oid for version, oid in rows if oid}
    return {name: names[head] for name, head in heads.items() if head in names}


# --- bringing it up to date --------------------------------------------------------------------
def _bring_up(project: Project, folder: Path) -> dict[str, str]:
    """Its refs. The heads are read before the newest number, so that whatever moves meanwhile, they are in it."""
    heads = _heads(project)
    note = _note(folder)
    newest = Version.objects.filter(project=project).order_by("-number").values_list("number", flat=True).first() or 0
    if note is None or not _is_believed(project, folder, note, newest):
        _discard(folder)
        _begin(folder)
        note = {"upto": 0, "last": "", "packs": {}, "checked": time.time()}
    if newest > note["upto"]:
        note["last"] = filling.add(project, folder, after=note["upto"], upto=newest)
        note["upto"], note["packs"] = newest, _packs(folder)
    refs = _named(heads)
    _point(folder, refs)
    _write(folder / NOTE, json.dumps(note))
    return refs


def _note(folder: Path) -> dict[str, Any] | None:
    try:
        note = json.loads((folder / NOTE).read_text())
        return {
            "upto": int(note["upto"]),
            "last": str(note["last"]),
            "packs": dict(note["packs"]),
            "checked": float(note["checked"]),
        }
    except (OSError, ValueError, KeyError, TypeError):
        return None


def _is_believed(project: Project, folder: Path, note: dict[str, Any], newest: int) -> bool:
    """Nothing lost on disk, and of this database: one put back from a backup tells another story."""
    if note["upto"] > newest or note["packs"] != _packs(folder) or len(note["packs"]) > MOST_PACKS:
        return False
    if not _is_read_well(folder, note):
        return False
    told = Version.objects.filter(project=project, number__lte=note["upto"])
    last = told.filter(number=note["upto"]).values_list("commit_oid", flat=True).first()
    return (last or "") == note["last"] and not told.filter(commit_oid=None).exists()


def _is_read_well(folder: Path, note: dict[str, Any]) -> bool:
    """Once a day or in doubt: git hands on what it packed before without looking, and disks turn bits over."""
    doubted = folder / DOUBTED
    if time.time() - note["checked"] < CHECK_SECONDS and not doubted.exists():
        return True
    is_whole = all(packs.is_whole(folder / "objects" / "pack" / name) for name in note["packs"])
    note["checked"] = time.time()
    doubted.unlink(missing_ok=True)
    return is_whole


def _packs(folder: Path) -> dict[str, int]:
    """Packs and indexes with their sizes; the note is compared with them."""
    found = {}
    for path in sorted((folder / "objects" / "pack").glob("pack-*")):
        if path.suffix in (".pack", ".idx"):
            found[path.name] = path.stat().st_size
    return found


def _begin(folder: Path) -> None:
    for part in ("objects/pack", "objects/info", "refs/heads"):
        (folder / part).mkdir(parents=True, exist_ok=True)
    _write(folder / "config", CONFIG)
    _write(folder / "HEAD", "ref: refs/heads/main\n")
    _sweep()


def _point(folder: Path, refs: Mapping[str, str]) -> None:
    """All refs at once; there are none beside these."""
    text = PACKED + "".join(f"{refs[name]} refs/heads/{name}\n" for name in sorted(refs, key=str.encode))
    path = folder / "packed-refs"
    if not path.exists() or path.read_text() != text:
        _write(path, text)


def _write(path: Path, text: str) -> None:
    draft = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    draft.write_text(text)
    draft.replace(path)


# --- and throwing it away ----------------------------------------------------------------------
def _discard(folder: Path) -> None:
    """Out of sight at once, so that nobody finds half of it."""
    if folder.exists():
        gone = folder.with_name(f"gone-{secrets.token_hex(8)}")
        folder.rename(gone)
        shutil.rmtree(gone, ignore_errors=True)


def _sweep() -> None:
    """What nobody asked for in a month, and what a killed process left behind."""
    for gone in root().glob("gone-*"):
        shutil.rmtree(gone, ignore_errors=True)
    oldest = time.time() - UNUSED_DAYS * 24 * 3600
    for note in root().glob(f"*.git/{NOTE}"):
        with suppress(FileNotFoundError):  # it was thrown away just now
            if note.stat().st_mtime < oldest:
                _forget_if_free(note.parent)


def _forget_if_free(folder: Path) -> None:
    try:
        with locking.alone(folder.with_suffix(".lock"), patience=0):
            _discard(folder)
    except errors.Busy:
        pass
