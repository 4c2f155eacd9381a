"""The lock that an install wrote in the box, taken into the change that it installed.

No model wrote it: who reads a job's stored replies once more has to know it apart from what they made.
"""

import hashlib

from agents.engine.context import Context
from agents.engine.steps import Output
from agents.enums import JobKind
from agents.models import Job
from projects import errors
from projects.services import changesets
from projects.services.files import Content, base_manifest, read, working_manifest
from projects.store.trees import Manifest
from sandboxes.models import Sandbox
from sandboxes.packages import locks, npm
from sandboxes.packages.errors import Unusable
from sandboxes.runtime import install

_KEY = "lock"


def keep(context: Context, sandbox: Sandbox) -> Output:
    """For the output of the step. A project that has no room for it does without."""
    content = install.written_lock(sandbox)
    if content is None:
        return {}
    changeset = context.changeset()
    tree = working_manifest(changeset)
    changes = {locks.PATH: content}
    if context.job.kind == JobKind.INSTALL:
        changes = _settled(tree, content)
    fresh = {path: one for path, one in changes.items() if path not in tree or tree[path].sha256 != _hash(one)}
    expected = {path: tree[path].sha256 if path in tree else "" for path in fresh}
    try:
        with context.hold():
            staged = [(path, Content(one, None)) for path, one in sorted(fresh.items())]
            changesets.stage_all(changeset, staged, expected=expected)
    except errors.Refusal:
        return {}
    install.hold_for(sandbox, working_manifest(changeset))
    # Said also by whoever takes over from a worker that had staged it and died.
    taken, before = _hash(changes[locks.PATH]), base_manifest(changeset).get(locks.PATH)
    return {} if before is not None and before.sha256 == taken else {_KEY: taken}


def _settled(tree: Manifest, lock: bytes) -> dict[str, bytes]:
    """Where no model wrote the list, packages that were asked for without a version get the one they came at."""
    try:
        told, became = npm.settled(read(tree, npm.PATH), locks.direct(locks.read(lock) or {}))
    except (Unusable, errors.MissingFile):
        return {locks.PATH: lock}
    return {npm.PATH: told, locks.PATH: locks.settled(lock, became) if became else lock}


def _hash(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def put_back(job: Job, staged: Manifest, base: Manifest) -> Manifest:
    """What was staged, with the lock as it was before an install took another."""
    taken = {step.output.get(_KEY) for step in job.steps.filter(key__startswith="install")}
    if locks.PATH not in staged or staged[locks.PATH].sha256 not in taken:
        return staged
    rest = {path: entry for path, entry in staged.items() if path != locks.PATH}
    return {**rest, locks.PATH: base[locks.PATH]} if locks.PATH in base else rest


def without(tree: Manifest) -> Manifest:
    """For what is played to others: their own install writes one."""
    return {path: entry for path, entry in tree.items() if path != locks.PATH}
