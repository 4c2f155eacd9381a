"""Where this machine's own npm and pip fetch packages from, as they are configured. No host is named here.

Standard library only: as a program, in the image of the boxes, it says the same of what is installed there.
"""

import functools
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from urllib.parse import urlsplit, urlunsplit

PIP_DEFAULT = "from pip._internal.models.index import PyPI; print(PyPI.simple_url)"


@dataclass(frozen=True)
class Registries:
    npm: str = ""
    scopes: tuple[tuple[str, str], ...] = ()
    pip: str = ""
    pip_extra: tuple[str, ...] = ()


@functools.cache
def find() -> Registries:
    npm, scopes = _npm()
    pip, extra = _pip()
    return Registries(npm, scopes, pip, extra)


def _npm() -> tuple[str, tuple[tuple[str, str], ...]]:
    if not (npm := shutil.which("npm")):
        return _told("NPM_CONFIG_REGISTRY", "npm_config_registry"), ()
    try:
        config = json.loads(_run([npm, "config", "ls", "--long", "--json"]) or "{}")
    except ValueError:
        return "", ()
    scoped = [(name, value) for name, value in config.items() if name.startswith("@") and name.endswith(":registry")]
    return public(str(config.get("registry") or "")), tuple((name, public(str(value))) for name, value in scoped)


def _pip() -> tuple[str, tuple[str, ...]]:
    """pip tells its settings as lines like `global.index-url='…'`; the last one wins."""
    pip = (sys.executable, "-m", "pip")
    values = dict(_setting(line) for line in _run([*pip, "config", "list"]).splitlines() if "=" in line)
    index = values.get("index-url") or _run([sys.executable, "-c", PIP_DEFAULT]).strip()
    more = values.get("extra-index-url") or os.environ.get("PIP_EXTRA_INDEX_URL", "")
    extra = [public(url) for url in more.split()]
    return public(index) or _told("PIP_INDEX_URL"), tuple(url for url in extra if url)


def _told(*names: str) -> str:
    """Where the program itself is missing, its own variables may still say."""
    return next(filter(None, (public(os.environ.get(name, "")) for name in names)), "")


def _setting(line: str) -> tuple[str, str]:
    name, _, value = line.partition("=")
    return name.rpartition(".")[2], value.strip().strip("'\"").replace("\\n", " ")


def public(url: str) -> str:
    """The address without any name and password in it; empty unless it is fetched over HTTPS."""
    parts = urlsplit(url)
    if parts.scheme != "https" or not parts.hostname:
        return ""
    host = parts.hostname if parts.port in {None, 443} else f"{parts.hostname}:{parts.port}"
    return urlunsplit((parts.scheme, host, parts.path, "", ""))


def _run(argv: Sequence[str]) -> str:
    """Away from any project's own settings, and without npm's remarks."""
    try:
        told = subprocess.run(argv, capture_output=True, text=True, timeout=30, check=True, cwd=os.path.sep)
    except (OSError, subprocess.SubprocessError):
        return ""
    return told.stdout


def read(told: bytes) -> Registries:
    """What `main` wrote."""
    try:
        found = json.loads(told)
        scopes = tuple((str(name), public(str(url))) for name, url in found["scopes"])
        return Registries(public(found["npm"]), scopes, public(found["pip"]), tuple(map(public, found["pip_extra"])))
    except (ValueError, KeyError, TypeError):
        return Registries()


def main() -> None:
    print(json.dumps(asdict(find())))


if __name__ == "__main__":
    main()
