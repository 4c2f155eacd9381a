"""The lock that an install wrote in the box, taken into the change that it installed.

No model wrote it: who reads a job's stored replies once more has to know it apart from what they made.
"""

import hashlib

from agents.engine.context import Context
from agents.engine.steps import Output
from agents.models import Job
from projects import errors
from projects.services import changesets
from projects.services.files import working_manifest
from projects.store.trees import Manifest
from sandboxes.models import Sandbox
from sandboxes.packages import locks
from sandboxes.runtime import install

_KEY = "lock"


def keep(context: Context, sandbox: Sandbox) -> Output:
    """For the output of the step. A project that has no room for it does without."""
    content = install.written_lock(sandbox)
    if content is None:
        return {}
    changeset, taken = context.changeset(), hashlib.sha256(content).hexdigest()
    before = working_manifest(changeset).get(locks.PATH)
    if before is not None and before.sha256 == taken:
        return {}
    context.heed()
    try:
        changesets.stage(changeset, locks.PATH, content)
    except errors.Refusal:
        return {}
    return {_KEY: taken}


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
