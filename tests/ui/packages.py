"""The locked npm packages, and the bundle made with them: what a test's browser is given."""

import shutil
import subprocess
import tempfile
from functools import cache
from pathlib import Path

from django.conf import settings

_HOME = Path(settings.BASE_DIR)
_MODULES = _HOME / "node_modules"
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
    """Fetched when nobody has done so."""
    if not (_MODULES / name).is_file():
        _npm("ci", "--ignore-scripts", "--silent")
    return _MODULES / name


def _npm(*words: str) -> None:
    npm = shutil.which("npm")
    assert npm, "The UI's tools come by npm, and there is none."
    subprocess.run([npm, *words], cwd=_HOME, check=True, timeout=_WAIT)
