"""Where this machine keeps what a box needs: Python, Node, npm and the certificates it trusts.

Each may live anywhere, also under somebody's home; only the folder of the program itself is shown.
"""

import functools
import importlib.util
import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

SYSTEM = Path("/usr")
BUNDLES = ("/etc/ssl/certs/ca-certificates.crt", "/etc/pki/tls/certs/ca-bundle.crt", "/etc/ssl/cert.pem")


@dataclass(frozen=True)
class Toolchain:
    python: Path
    node: Path | None
    npm: Path | None
    shown: tuple[Path, ...]
    """To be seen read-only, besides the system's own."""
    programs: tuple[Path, ...]
    """What comes first on PATH."""


@functools.cache
def find() -> Toolchain:
    python, node = Path(sys.executable).resolve(), _node()
    npm = _npm(node)
    base = Path(sys.base_prefix).resolve() / "bin" / "python"
    shown = [path for program in (base, python, node, npm) if program for path in _parts(program)]
    outside = dict.fromkeys(path for path in shown if not path.is_relative_to(SYSTEM))
    programs = dict.fromkeys(program.parent for program in (python, node, npm) if program)
    return Toolchain(python, node, npm, tuple(outside), tuple(programs))


def _node() -> Path | None:
    """`node` on PATH may be a launcher or a version manager's shim; Node itself knows better."""
    if not (found := shutil.which("node")):
        return None
    try:
        told = subprocess.run([found, "-p", "process.execPath"], capture_output=True, text=True, timeout=20, check=True)
    except (OSError, subprocess.SubprocessError):
        return None
    return Path(told.stdout.strip()).resolve()


def _npm(node: Path | None) -> Path | None:
    """The link that is called npm: its folder goes on PATH, beside or apart from Node's."""
    if node is None:
        return None
    beside = node.parent / "npm"
    found = str(beside) if beside.exists() else shutil.which("npm")
    return Path(found) if found else None


def _parts(program: Path) -> list[Path]:
    """`<prefix>/bin/program` needs the libraries beside; never the prefix, which may be somebody's home."""
    if program.parent.name != "bin":
        return [program]
    return [path for name in ("bin", "lib", "lib64") if (path := program.parent.with_name(name)).is_dir()]


@functools.cache
def pip(python: Path) -> Path | None:
    """Our own pip, for a Python that was installed without one, as distributions do."""
    try:
        told = subprocess.run([python, "-I", "-c", "import pip"], capture_output=True, timeout=20, check=False)
    except (OSError, subprocess.SubprocessError):
        return None
    ours = importlib.util.find_spec("pip")
    return Path(ours.origin).parent if told.returncode and ours and ours.origin else None


def certificates() -> dict[str, Path]:
    """Which file of trusted certificates each program is to use: the host's own choice, or the system's."""
    system = next((Path(path) for path in BUNDLES if Path(path).exists()), None)
    chosen = {name: _file(os.environ.get(name, "")) for name in ("SSL_CERT_FILE", "PIP_CERT", "NODE_EXTRA_CA_CERTS")}
    bundle = chosen["SSL_CERT_FILE"] or chosen["PIP_CERT"] or system
    found = {name: path or bundle for name, path in chosen.items()}
    return {name: path for name, path in found.items() if path}


def _file(name: str) -> Path | None:
    path = Path(name)
    return path.resolve() if name and path.is_file() else None
