"""What stands behind a label right now. Read with each visit: a page that has just been told to load again must not
be given what was there a moment ago, and another process would not know what this one has forgotten."""

from dataclasses import dataclass

from projects.services import files
from projects.store.trees import Manifest
from projects.threads import in_thread
from sandboxes import stacks
from sandboxes.console.lines import MOST_TREE
from sandboxes.models import Sandbox
from sandboxes.models.shown import manifest_of, tree_of
from sandboxes.preview import work


@dataclass(frozen=True)
class Target:
    sandbox: Sandbox
    stack: stacks.Stack
    manifest: Manifest
    is_under_way: bool

    @property
    def is_static(self) -> bool:
        return not self.stack.needs_box

    @property
    def _is_hot(self) -> bool:
        """Whether a page that is open takes over changed files without being loaded again."""
        return any(word.endswith("/vite.js") for word in self.stack.serve)

    def page_tree(self) -> str:
        """Which files a page is of as long as it is open, in short; empty where it may come to be of others."""
        return "" if self._is_hot else tree_of(self.sandbox, self.manifest)[:MOST_TREE]


async def find(label: str) -> Target | None:
    return await in_thread(_load, label)


async def read(target: Target, path: str) -> bytes:
    return await in_thread(files.read, target.manifest, path)


def _load(label: str) -> Target | None:
    related = ("project", "branch", "changeset")
    sandbox = Sandbox.objects.select_related(*related).filter(label=label, project__archived_at=None).first()
    if sandbox is None:
        return None
    manifest = manifest_of(sandbox)
    stack = stacks.choose(sandbox.planned, manifest)
    return Target(sandbox, stack, manifest, work.is_under_way(sandbox))
