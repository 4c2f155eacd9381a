"""The tree a sandbox is meant to run: the branch's head, or an open change set over it. And which one it does."""

from projects.enums import ChangeSetState
from projects.services import files
from projects.store.trees import Manifest
from sandboxes import stacks
from sandboxes.models.sandboxes import Sandbox


def manifest_of(sandbox: Sandbox) -> Manifest:
    changeset = sandbox.changeset
    if changeset is not None and changeset.state == ChangeSetState.OPEN:
        return files.working_manifest(changeset)
    return files.manifest(sandbox.branch)


def tree_of(sandbox: Sandbox, manifest: Manifest) -> str:
    """The hash of what is really shown: a box knows what was written into it, and may be a moment behind."""
    needs_box = stacks.choose(sandbox.planned, manifest).needs_box
    return sandbox.tree_hash if needs_box and sandbox.tree_hash else files.tree_hash(manifest)
