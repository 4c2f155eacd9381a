"""The tree a sandbox is meant to run: the branch's head, or an open change set over it."""

from projects.enums import ChangeSetState
from projects.services import files
from projects.store.trees import Manifest
from sandboxes.models.sandboxes import Sandbox


def manifest_of(sandbox: Sandbox) -> Manifest:
    changeset = sandbox.changeset
    if changeset is not None and changeset.state == ChangeSetState.OPEN:
        return files.working_manifest(changeset)
    return files.manifest(sandbox.branch)
