"""The command line of one box: what it sees, what it may do, and the environment it starts with."""

import functools
import os
import platform
import shutil
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from sandboxes.agent import agent
from sandboxes.backends import base, registries, toolchain

USER = 1000
PROXY = f"http://127.0.0.1:{agent.PROXY_PORT}"
HERE = Path("/opt/djinn")
SYSTEM = ("bin", "sbin", "lib", "lib32", "lib64", "libx32")
ETC = ("alternatives", "ssl/certs", "ssl/openssl.cnf", "pki/tls/certs", "pki/ca-trust/extracted", "ld.so.cache")
FILES = {
    "passwd": f"app:x:{USER}:{USER}:app:/tmp/home:/bin/sh\n",
    "group": f"app:x:{USER}:\n",
    "hosts": "127.0.0.1 localhost sandbox\n",
    "nsswitch.conf": "passwd: files\ngroup: files\nhosts: files\n",
}


@functools.cache
def isolation() -> tuple[str, ...]:
    """The options this machine's bubblewrap and kernel support, found by trying; empty when none work."""
    bare = ("--unshare-all", "--unshare-user", "--uid", str(USER), "--gid", str(USER), "--cap-drop", "ALL")
    for options in ((*bare, "--disable-userns"), bare):
        if not refusal(options):
            return options
    return ()


def refusal(options: Sequence[str]) -> str:
    """Why a box with these options does not start; empty when it does."""
    if not shutil.which("bwrap"):
        return "bubblewrap (the program bwrap) is not installed."
    argv = ["bwrap", *options, *_system(), "--proc", "/proc", "--dev", "/dev", "/usr/bin/env", "true"]
    try:
        told = subprocess.run(argv, capture_output=True, text=True, timeout=10, check=False)
    except (OSError, subprocess.SubprocessError) as failure:
        return f"bubblewrap could not be run: {failure}"
    return "" if told.returncode == 0 else f"bubblewrap could not start a box: {told.stderr.strip()[-300:]}"


def version() -> str:
    try:
        told = subprocess.run(["bwrap", "--version"], capture_output=True, text=True, timeout=10, check=True)
    except (OSError, subprocess.SubprocessError):
        return ""
    return told.stdout.strip()


def argv(spec: base.Spec) -> list[str]:
    """The words in capitals stand for descriptors that the warden fills in."""
    python = [str(toolchain.find().python), "-I", "-S", "-B", str(HERE / "agent.py")]
    start = ["bwrap", "--args", "OPTIONS", "--info-fd", "INFO", "--", *python]
    return [*start, "--fd", "SOCKET", "--processes", _process_limit(spec.limits.processes)]


def options(spec: base.Spec, folder: Path, read_only: Sequence[Path]) -> list[str]:
    """Given by descriptor: a command line could be read inside, with the host's paths in it."""
    words = [*isolation(), "--die-with-parent", "--new-session", "--hostname", "sandbox"]
    words += [*_system(), *_etc(folder), *_scratch(spec.limits.scratch_mb << 20)]
    tools = toolchain.find()
    for path in dict.fromkeys([*tools.folders, *read_only, *toolchain.certificates().values()]):
        words += ["--ro-bind", str(path), str(path)]
    if spec.template:
        words += ["--ro-bind", str(spec.template.resolve()), "/opt/template"]
    words += ["--ro-bind", str(Path(agent.__file__).resolve()), str(HERE / "agent.py")]
    words += ["--bind", str(folder / "workspace"), "/workspace", "--chdir", "/workspace"]
    words += ["--remount-ro", "/", "--remount-ro", "/dev", "--remount-ro", "/proc"]
    return [*words, "--clearenv", *_set(environment(tools, spec.env))]


def _scratch(size: int) -> Iterator[str]:
    """Memory that looks like a disk: all of it is of a fixed size, the rest of the box is read-only."""
    yield from ("--proc", "/proc", "--dev", "/dev")
    for path in ("/tmp", "/dev/shm"):  # noqa: S108 — the box's own
        yield from ("--size", str(size), "--perms", "1777", "--tmpfs", path)


def _system() -> Iterator[str]:
    yield from ("--ro-bind", "/usr", "/usr")
    for name in SYSTEM:
        path = Path("/", name)
        if path.is_symlink():
            yield from ("--symlink", str(path.readlink()), str(path))
        elif path.exists():
            yield from ("--ro-bind", str(path), str(path))


def _etc(folder: Path) -> Iterator[str]:
    for name in ETC:
        yield from ("--ro-bind-try", f"/etc/{name}", f"/etc/{name}")
    for name in FILES:
        yield from ("--ro-bind", str(folder / "etc" / name), f"/etc/{name}")


def prepare(folder: Path) -> None:
    """The folders of a box on the host."""
    (folder / "workspace").mkdir(parents=True, exist_ok=True)
    (folder / "etc").mkdir(exist_ok=True)
    for name, text in FILES.items():
        (folder / "etc" / name).write_text(text)


def environment(tools: toolchain.Toolchain, extra: Mapping[str, str]) -> dict[str, str]:
    """Nothing of the host's but where packages come from and whom to trust; never a password."""
    found = registries.find()
    return {
        "PATH": os.pathsep.join([*map(str, tools.programs), "/usr/local/bin", "/usr/bin", "/bin"]),
        "HOME": "/tmp/home",  # noqa: S108
        "USER": "app",
        "LANG": "C.UTF-8",
        "TERM": "dumb",
        **dict.fromkeys(("HTTPS_PROXY", "https_proxy", "HTTP_PROXY", "http_proxy"), PROXY),
        **dict.fromkeys(("NO_PROXY", "no_proxy"), "localhost,127.0.0.1,::1"),
        **_npm(found),
        **_pip(found),
        **{name: str(path) for name, path in toolchain.certificates().items()},
        **extra,
    }


def _npm(found: registries.Registries) -> dict[str, str]:
    return {
        **({"npm_config_registry": found.npm} if found.npm else {}),
        **{f"npm_config_{name}": url for name, url in found.scopes if url},
        "npm_config_proxy": PROXY,
        "npm_config_https_proxy": PROXY,
        "npm_config_cache": "/tmp/.npm",  # noqa: S108
        **dict.fromkeys(("npm_config_audit", "npm_config_fund", "npm_config_update_notifier"), "false"),
    }


def _pip(found: registries.Registries) -> dict[str, str]:
    return {
        **({"PIP_INDEX_URL": found.pip} if found.pip else {}),
        **({"PIP_EXTRA_INDEX_URL": " ".join(found.pip_extra)} if found.pip_extra else {}),
        "PIP_CACHE_DIR": "/tmp/.pip",  # noqa: S108
        "PIP_DISABLE_PIP_VERSION_CHECK": "1",
        "PIP_NO_INPUT": "1",
        "PYTHONUNBUFFERED": "1",
    }


def _set(env: Mapping[str, str]) -> Iterator[str]:
    for name, value in env.items():
        yield from ("--setenv", name, value)


def _process_limit(wanted: int) -> str:
    """Since Linux 5.14 the limit counts within the box; before, over all boxes, where it would starve others."""
    major, minor = (int(part) for part in platform.release().split(".")[:2])
    return str(wanted if (major, minor) >= (5, 14) else 0)
