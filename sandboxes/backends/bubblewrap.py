"""The command line of one box: what it sees and the environment it starts with."""

import functools
import os
import platform
import py_compile
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from sandboxes.agent import agent
from sandboxes.backends import base, fences, registries, surroundings, toolchain

AGENT = "/opt/djinn/agent.pyc"
PACKAGES = "/opt/djinn/packages"
ETC = ("alternatives", "ssl/certs", "ssl/openssl.cnf", "pki/tls/certs", "pki/ca-trust/extracted", "ld.so.cache")
FILES = {
    "passwd": b"app:x:%d:%d:app:/tmp/home:/bin/sh\n" % (fences.USER, fences.USER),
    "group": b"app:x:%d:\n" % fences.USER,
    "hosts": b"127.0.0.1 localhost sandbox\n",
    "nsswitch.conf": b"passwd: files\ngroup: files\nhosts: files\n",
}


def prepare(spec: base.Spec, fence: fences.Fence, folder: Path) -> None:
    """The folders of a box on the host. Its files are readable by the user it runs as, whatever our umask."""
    (folder / "workspace").mkdir(parents=True, exist_ok=True)
    (folder / "etc").mkdir(exist_ok=True)
    for name, content in {**FILES, "agent.pyc": _agent()}.items():
        (folder / "etc" / name).write_bytes(content)
        (folder / "etc" / name).chmod(0o644)
    if fence.own_user:
        user = fences.user_of(spec.id)
        os.chown(folder / "workspace", user, user, follow_symlinks=False)


@functools.cache
def _agent() -> bytes:
    """Compiled once for all boxes, since the box could not keep what it compiled; the Python is the same."""
    with tempfile.TemporaryDirectory() as folder:
        py_compile.compile(agent.__file__, str(made := Path(folder, "agent.pyc")), "agent.py", doraise=True)
        return made.read_bytes()


def argv(spec: base.Spec, fence: fences.Fence) -> list[str]:
    """The words in capitals stand for descriptors that the warden fills in."""
    python = [str(toolchain.find().python), "-I", "-S", "-B", AGENT, "--fd", "SOCKET", "--ready", "READY"]
    start = ["bwrap", "--args", "OPTIONS", "--info-fd", "INFO", "--", *fence.words(spec.id)]
    return [*start, *python, "--processes", _process_limit(spec.limits.processes)]


def options(
    spec: base.Spec, fence: fences.Fence, folder: Path, read_only: Sequence[Path], template: Path | None = None
) -> list[str]:
    """Given by descriptor: a command line could be read inside, with the host's paths in it."""
    tools = toolchain.find()
    shown = {path: path for path in (*_etc(), *tools.shown, *read_only, *toolchain.certificates().values())}
    shown |= {Path("/etc", name): folder / "etc" / name for name in FILES}
    shown[Path(AGENT)] = folder / "etc" / "agent.pyc"
    if pip := toolchain.pip(tools.python):
        shown[Path(PACKAGES, "pip")] = pip
    if template:
        shown[Path("/opt/templates", spec.template)] = template.resolve()
    words = [*fence.outer, "--hostname", "sandbox", *fences.system(), *_scratch(spec.limits.scratch_mb << 20)]
    words += [*_folders(shown), *(word for there, here in shown.items() for word in _show(here, there))]
    words += ["--bind", str(folder / "workspace"), "/workspace", "--chdir", "/workspace", *fence.ready]
    return [*words, "--clearenv", *_set(_environment(tools, spec))]


def _etc() -> Iterator[Path]:
    return (path for name in ETC if (path := Path("/etc", name)).exists())


def _show(here: Path, there: Path) -> tuple[str, ...]:
    return ("--ro-bind", str(here), str(there))


def _folders(shown: Mapping[Path, Path]) -> Iterator[str]:
    """The folders above, open to the box's user; bubblewrap's own would be closed to all but their maker."""
    above = {folder for path in shown for folder in path.parents}
    for folder in sorted(above - {Path("/"), Path("/tmp")}):  # noqa: S108 — the box's own
        if not folder.is_relative_to(toolchain.SYSTEM) and not folder.is_relative_to("/etc/ssl/certs"):
            yield from ("--perms", "0755", "--dir", str(folder))


def _scratch(size: int) -> Iterator[str]:
    """Memory that looks like a disk: all of it is of a fixed size, the rest of the box is read-only."""
    yield from ("--proc", "/proc", "--dev", "/dev")
    for path in ("/tmp", "/dev/shm"):  # noqa: S108 — the box's own
        yield from ("--size", str(size), "--perms", "1777", "--tmpfs", path)


def _environment(tools: toolchain.Toolchain, spec: base.Spec) -> dict[str, str]:
    trusted = {name: str(path) for name, path in toolchain.certificates().items()}
    programs = [str(folder) for folder in tools.programs]
    return surroundings.variables(programs, spec.env, registries.find(), packages=PACKAGES, certificates=trusted)


def _set(env: Mapping[str, str]) -> Iterator[str]:
    for name, value in env.items():
        yield from ("--setenv", name, value)


def _process_limit(wanted: int) -> str:
    """Since Linux 5.14 the limit counts within the box; before, over all boxes, where it would starve others."""
    major, minor = (int(part) for part in platform.release().split(".")[:2])
    return str(wanted if (major, minor) >= (5, 14) else 0)
