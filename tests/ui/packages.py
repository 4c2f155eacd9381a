"""The locked npm packages, and the bundle made with them: what a test's browser is given."""

import fcntl
import shutil
import subprocess
import tempfile
from functools import cache
from pathlib import Path

from django.conf import settings

_HOME = Path(settings.BASE_DIR)
_MODULES = _HOME / "node_modules"
# By npm, when everything else is there.
_WRITTEN_LAST = ".package-lock.json"
_LOCK = _HOME / ".venv" / "npm.lock"
_WAIT = 110


def axe() -> str:
    return _file("axe-core/axe.min.js").read_text()


@cache
def bundle() -> dict[str, bytes]:
    """What `npm run build` makes of the sources, by the names under which pages without a bundle ask for them."""
    _file("esbuild/package.json")
    with tempfile.TemporaryDirectory() as folder:
        _npm("run", "--silent", "build", "--", f"--outdir={folder}")
        return {f"{kind}/main.{kind}": (Path(folder) / f"main.{kind}").read_bytes() for kind in ("css", "js")}


def _file(name: str) -> Path:
    """Fetched when nobody has done so; one of several processes does it, and the others wait."""
    with _LOCK.open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not all((_MODULES / one).is_file() for one in (name, _WRITTEN_LAST)):
            _npm("ci", "--ignore-scripts", "--silent")
    return _MODULES / name


def _npm(*words: str) -> None:
    npm = shutil.which("npm")
    assert npm, "The UI's tools come by npm, and there is none."
    subprocess.run([npm, *words], cwd=_HOME, check=True, timeout=_WAIT)
