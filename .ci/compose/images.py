"""The images of the trial, built as anybody would, from what the repository holds.

Where no image registry is reachable, everything stands on one base (SANDBOX_BASE_IMAGE), and small images of
Debian's own PostgreSQL and Redis stand in for the public ones.
"""

import os
import shutil
from pathlib import Path

from shell import ROOT, run

DJINN = "djinn-trial:latest"
HERE = Path(__file__).parent
TRUSTED = Path("/usr/local/share/ca-certificates")
MIRRORS = ("PIP_INDEX_URL", "NPM_CONFIG_REGISTRY")


def base() -> str:
    return os.environ.get("SANDBOX_BASE_IMAGE", "")


def settings() -> dict[str, str]:
    """What compose.yaml is told about images."""
    if not base():
        return {"DJINN_IMAGE": DJINN}
    return {
        "DJINN_IMAGE": DJINN,
        "SANDBOX_BASE_IMAGE": base(),
        "POSTGRES_IMAGE": "djinn-trial-postgres",
        "REDIS_IMAGE": "djinn-trial-redis",
    }


def build_djinn(folder: Path) -> None:
    arguments = {name: os.environ[name] for name in MIRRORS if os.environ.get(name)}
    if base():
        arguments["BASE_IMAGE"] = base()
    _gather(folder)
    _build(DJINN, folder, arguments)


def build_stand_ins() -> None:
    stand_ins = ("postgres", "redis") if base() else ()
    for name in ("proxy", *stand_ins):
        _build(f"djinn-trial-{name}", HERE / name, {"BASE_IMAGE": base()} if base() else {})


def sizes() -> list[str]:
    shown = run("docker", "images", "--format", "{{.Repository}} {{.Size}}", "djinn-trial*")
    return sorted(shown.splitlines())


def remove() -> None:
    for name in (DJINN, "djinn-trial-proxy", "djinn-trial-postgres", "djinn-trial-redis"):
        run("docker", "image", "rm", name, may_fail=True)


def _gather(folder: Path) -> None:
    """The repository's own files and nothing that merely lies about; and whom this machine trusts."""
    names = run("git", "ls-files", "-z", "--cached", "--others", "--exclude-standard").split("\0")
    for name in names:
        source = ROOT / name
        if name and source.is_file():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(source, folder / name)
    for certificate in TRUSTED.rglob("*.crt"):
        shutil.copy2(certificate, folder / "certificates")


def _build(tag: str, folder: Path, arguments: dict[str, str]) -> None:
    """On the host's network: an engine may be without a bridge of its own."""
    told = [word for name, value in arguments.items() for word in ("--build-arg", f"{name}={value}")]
    run("docker", "build", "--quiet", "--network", "host", "--tag", tag, *told, str(folder))
