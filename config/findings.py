"""What this machine can and cannot do, each thing really tried, with how to put it right."""

import os
import shutil
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import Enum
from pathlib import Path

from django.conf import settings
from django.db import DatabaseError, connection
from redis import RedisError

from agents import chains, credentials
from config import health, locks, presence
from config.presence import by_redis
from projects import sealing
from projects.services import sealed
from sandboxes.runtime import stacks
from sandboxes.wire import boxes, loop

SECONDS = 10
LEAST_SPACE = 2 * 1024**3


class State(Enum):
    GOOD = "✓"
    LIMITED = "–"
    BROKEN = "✗"


@dataclass(frozen=True)
class Finding:
    name: str
    state: State
    says: str
    fix: str = ""


def all_of_them() -> Iterator[Finding]:
    for look in LOOKS:
        yield look()


def python() -> Finding:
    """An older one could not have started this program."""
    return Finding("Python", State.GOOD, ".".join(map(str, sys.version_info[:3])))


def _program(name: str, argv: list[str], missing: str, fix: str) -> Finding:
    try:
        told = subprocess.run(argv, capture_output=True, text=True, timeout=SECONDS, check=True)
    except (OSError, subprocess.SubprocessError):
        return Finding(name, State.LIMITED, missing, fix)
    return Finding(name, State.GOOD, told.stdout.strip().splitlines()[0])


def git() -> Finding:
    missing = "not found; projects cannot be cloned, pushed, or imported and exported with their history"
    return _program("git", ["git", "--version"], missing, "Install git.")


def node() -> Finding:
    missing = "not found; React apps cannot run"
    return _program("Node", ["node", "--version"], missing, "Install Node.js 20 or newer (nodejs.org).")


def npm() -> Finding:
    missing = "not found; React apps cannot run and the UI bundle is not built"
    return _program("npm", ["npm", "--version"], missing, "It comes with Node.js.")


def bubblewrap() -> Finding:
    if settings.SANDBOX_BACKEND == "none":
        return Finding("bubblewrap", State.LIMITED, "boxes are switched off by SANDBOX_BACKEND")
    info = loop.call(boxes.every()["process"].probe(), 60)
    if info.available:
        remarks = " ".join([f"a box was started ({info.isolation} isolation).", *info.reasons])
        return Finding("bubblewrap", State.GOOD, remarks)
    fix = "Run 'make services', or install bubblewrap; it needs user namespaces allowed for ordinary users."
    return Finding("bubblewrap", State.LIMITED, " ".join(info.reasons), fix)


def apps() -> Finding:
    found = stacks.available()
    state = State.GOOD if len(found) > 1 else State.LIMITED
    fix = "" if state is State.GOOD else "Docker, or Node and bubblewrap, make more kinds possible."
    return Finding("Kinds of app", state, f"this machine can run: {', '.join(found)}", fix)


def docker() -> Finding:
    info = loop.call(boxes.every()["docker"].probe(), 60)
    if not info.available:
        return Finding("Docker", State.LIMITED, " ".join([*info.reasons, "Boxes can run under bubblewrap instead."]))
    engine = f"an engine answers (version {info.version})."
    if not info.is_prepared:
        fix = "Run 'manage.py build_sandbox_image'; a running server does so by itself."
        return Finding("Docker", State.LIMITED, " ".join([engine, *info.reasons]), fix)
    boxed = f"Boxes can be containers ({info.isolation} isolation)."
    return Finding("Docker", State.GOOD, " ".join([engine, boxed, *info.reasons]))


ALONE = "not needed: one machine keeps everything in DJINN_HOME"
SEVERAL = "For several hosts set DATABASE_URL and REDIS_URL."


def postgres() -> Finding:
    name = "Postgres"
    if not settings.IS_SCALED:
        return Finding(name, State.LIMITED, ALONE, SEVERAL)
    try:
        with connection.cursor() as cursor:
            cursor.execute("SHOW server_version")
            version = cursor.fetchone()[0]
    except DatabaseError as error:
        fix = "Start it, or correct DATABASE_URL."
        return Finding(name, State.BROKEN, f"does not let us in: {str(error).partition(chr(10))[0]}", fix)
    return Finding(name, State.GOOD, f"connected (version {version})")


def redis() -> Finding:
    name = "Redis"
    if not settings.IS_SCALED:
        return Finding(name, State.LIMITED, ALONE, SEVERAL)
    try:
        info = by_redis.client().info()
    except RedisError as error:
        return Finding(name, State.BROKEN, f"does not let us in: {error}", "Start it, or correct REDIS_URL.")
    says = f"connected (version {info['redis_version']})"
    if info["maxmemory_policy"].startswith("allkeys"):
        fix = "Set maxmemory-policy to noeviction."
        return Finding(name, State.LIMITED, f"{says}; when its memory is full it forgets what waits for workers", fix)
    return Finding(name, State.GOOD, says)


def processes() -> Finding:
    """Who plays which part, wherever it runs."""
    name = "Processes"
    try:
        missing = presence.missing()
    except presence.Unknown as unknown:
        return Finding(name, State.LIMITED, f"nobody knows who runs. {unknown}")
    if len(missing) == len(presence.PARTS):
        return Finding(name, State.LIMITED, "no server runs", "'make up' starts everything on this machine.")
    if missing:
        fix = "Start a process with that role: 'manage.py serve ROLE'."
        return Finding(name, State.LIMITED, " ".join(health.ABSENT[part] for part in missing), fix)
    return Finding(name, State.GOOD, f"every part runs: {', '.join(presence.PARTS)}")


def model() -> Finding:
    """Every model that some step may ask, also those that only stand in for another."""
    preferred: str = settings.DJINN_MODEL
    if chains.is_demo(preferred):
        fix = "For a live model set DJINN_MODEL, for example openrouter/…, and its key, for example OPENROUTER_API_KEY."
        return Finding("Model", State.LIMITED, "demo: recorded generations, no key needed", fix)
    texts = (preferred, *settings.MODEL_OF_STEP.values())
    named = list(dict.fromkeys(name for text in texts for name in chains.names(text) if not chains.is_demo(name)))
    for name in named:
        if sentence := credentials.unknown_provider(name) or credentials.missing_key(name):
            return Finding("Model", State.BROKEN, f"{name} cannot be called", sentence)
    keys = "its key is" if len(named) == 1 else "their keys are"
    return Finding("Model", State.GOOD, f"{', '.join(named)} ({keys} not tried here)")


def home() -> Finding:
    folder: Path = settings.DJINN_HOME
    probe = folder / f".doctor-{os.getpid()}"
    try:
        probe.write_text("")
        probe.unlink()
    except OSError as error:
        return Finding("DJINN_HOME", State.BROKEN, f"{folder}: {error.strerror}", "Make it writable or choose another.")
    return Finding("DJINN_HOME", State.GOOD, f"{folder} is writable")


def space() -> Finding:
    free = shutil.disk_usage(settings.DJINN_HOME).free
    says = f"{free / 1024**3:.1f} GiB free"
    if free >= LEAST_SPACE:
        return Finding("Disk", State.GOOD, says)
    return Finding("Disk", State.LIMITED, says, "Packages and boxes like 2 GiB; make room or move DJINN_HOME.")


def port() -> Finding:
    name, number = "Port", settings.SITE_PORT
    if locks.is_held("server"):
        return Finding(
            name, State.GOOD, f"Djinn is running at {locks.facts_of('server').get('url', settings.SITE_URL)}/"
        )
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((settings.BIND_ADDRESS, number))
        except OSError as error:
            return Finding(name, State.BROKEN, f"{number}: {error.strerror}", "Choose another with PORT=….")
    return Finding(name, State.GOOD, f"{number} is free")


def names() -> Finding:
    host = f"p-doctor.{settings.PREVIEW_DOMAIN}"
    try:
        socket.getaddrinfo(host, None)
    except OSError:
        says = f"*.{settings.PREVIEW_DOMAIN} does not resolve on this machine"
        fix = "Browsers resolve *.localhost by themselves; for curl use -H 'Host: p-….localhost' and 127.0.0.1."
        return Finding("Preview names", State.LIMITED, says, fix)
    return Finding("Preview names", State.GOOD, f"*.{settings.PREVIEW_DOMAIN} resolves")


def encrypted() -> Finding:
    """Whether its keys are here, and whether former ones are still needed."""
    name = "Encrypted"
    try:
        marks = sealed.marks()
    except DatabaseError:
        return Finding(name, State.LIMITED, "nobody knows: the database does not answer, or is not migrated")
    missing = sealed.missing()
    if missing:
        fix = "Put the key of your backup into DJINN_HOME/keys/encryption.key or DJINN_ENCRYPTION_KEY."
        says = f"the key is not here for {sum(marks[mark] for mark in missing)} of {sum(marks.values())} texts"
        return Finding(name, State.BROKEN, says, fix)
    if marks[""]:
        return Finding(name, State.LIMITED, f"{marks['']} texts are damaged", "Enter these secrets again.")
    if former := sum(marks.values()) - marks[sealing.mark(settings.ENCRYPTION_KEY)]:
        return Finding(name, State.LIMITED, f"{former} texts need a former key", "Run 'manage.py reseal'.")
    return Finding(name, State.GOOD, f"{sum(marks.values())} texts, and their key is here")


def bundle() -> Finding:
    if (settings.BUNDLE_DIR / "main.js").is_file():
        return Finding("UI bundle", State.GOOD, "built")
    fix = "Run 'make bundle'." if shutil.which("npm") else "Install Node, then 'make bundle'."
    return Finding("UI bundle", State.LIMITED, "not built; the plain sources are served", fix)


LOOKS: tuple[Callable[[], Finding], ...] = (
    python, git, node, npm, bubblewrap, apps, docker, postgres, redis, processes, model, home, space, port, names,
    encrypted, bundle,
)  # fmt: skip
