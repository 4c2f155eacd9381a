"""A folder that appears whole or not at all: filled beside its place, then renamed."""

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

# Names that begin so are unfinished or on their way out; nobody reads them.
HIDDEN = "."


@contextmanager
def drafted(target: Path, *, replaces: bool = False) -> Iterator[Path]:
    """An empty folder to fill. It becomes the target at the end; after any failure nothing is left of it."""
    target.parent.mkdir(parents=True, exist_ok=True)
    draft = Path(tempfile.mkdtemp(prefix=f"{HIDDEN}{target.name}-", dir=target.parent))
    try:
        yield draft
        draft.chmod(0o755)
        if replaces and target.exists():
            _replace(target, draft)
        else:
            draft.rename(target)  # refused where meanwhile there is one with something in it
    finally:
        shutil.rmtree(draft, ignore_errors=True)


def _replace(target: Path, draft: Path) -> None:
    """Two renames: no folder can be renamed onto one that has something in it."""
    old = draft.with_name(f"{draft.name}.old")
    target.rename(old)
    draft.rename(target)
    shutil.rmtree(old, ignore_errors=True)
