"""Puts an app's packages in place: the template's are linked, only what goes beyond them is fetched."""

import hashlib
from collections.abc import Callable
from functools import partial
from uuid import UUID

from projects import storable
from projects.services import files
from projects.store.trees import Manifest
from sandboxes.backends import prepared
from sandboxes.enums import CommandKind, CommandState
from sandboxes.models import Command, Sandbox
from sandboxes.models.shown import manifest_of
from sandboxes.packages import locks, ranges
from sandboxes.runtime import boxes, commands, serve, turns
from sandboxes.runtime.commands import Listener
from sandboxes.stacks import Stack
from sandboxes.wire import Refused, Wire

_SECONDS = 300.0
_FOLDER = "node_modules"
_CLEAR = ("rm", "-rf", _FOLDER)


def install(
    sandbox: Sandbox,
    *,
    job_ref: UUID | None = None,
    on_line: Callable[[str], None] | None = None,
    should_stop: Callable[[], bool] | None = None,
) -> Command | None:
    """Install what the tree asks for, unless this box has it already. None when nothing is needed."""
    if not boxes.stack_of(sandbox).needs_box:
        return None
    work = partial(put_in_place, sandbox, Listener(job_ref, on_line, should_stop))
    return turns.wait(sandbox, work, should_stop=should_stop)


def put_in_place(sandbox: Sandbox, listener: Listener) -> Command:
    """For whoever has the turn."""
    stack = boxes.stack_of(sandbox)
    manifest = manifest_of(sandbox)
    key = _key(stack, manifest)
    if key in sandbox.handle.get("installed", ()) and (done := _last(sandbox)):
        return done
    more = _beyond(stack, manifest)
    serve.stop(sandbox)
    commands.end_all(sandbox, CommandKind.INSTALL)
    command = _fetch(sandbox, stack, more, listener) if more else _link(sandbox, stack, listener)
    if command.exit_code == 0:
        _remember(sandbox, key, _key(stack, manifest, lock=written_lock(sandbox) if more else None))
    return command


def is_in_place(sandbox: Sandbox) -> bool:
    """Whether this box has what the tree asks for."""
    return _key(boxes.stack_of(sandbox), manifest_of(sandbox)) in sandbox.handle.get("installed", ())


def hold_for(sandbox: Sandbox, manifest: Manifest) -> None:
    """What is in place is what this tree asks for, too: it says the same in other words."""
    if known := sandbox.handle.get("installed"):
        _remember(sandbox, *known, _key(boxes.stack_of(sandbox), manifest))


def written_lock(sandbox: Sandbox) -> bytes | None:
    """What an install wrote down of itself, if it is a lock. Whatever runs in the box may have written it."""
    stack = boxes.stack_of(sandbox)
    if not stack.lock:
        return None
    read = partial(Wire.read, path=stack.lock, max_bytes=locks.MOST_BYTES)
    try:
        content = boxes.ask(sandbox, read, timeout=30)
    except Refused:
        return None
    return locks.without_addresses(content) if locks.read(content) is not None else None


def _beyond(stack: Stack, manifest: Manifest) -> tuple[str, ...]:
    """The lock is kept to: what it has at another version than the template is fetched."""
    if stack.packages not in manifest:
        return ()
    wanted = files.read(manifest, stack.packages).decode(errors="replace")
    template = prepared.SOURCES / stack.template
    brought = (template / stack.packages).read_text()
    if not stack.is_npm:
        return ranges.beyond_pip(wanted, brought)
    locked = locks.read(files.read(manifest, stack.lock)) if stack.lock in manifest else None
    known = locks.read((template / stack.lock).read_bytes()) or {}
    return ranges.beyond_npm(wanted, brought) or ranges.beyond_lock(locked or {}, known)


def _link(sandbox: Sandbox, stack: Stack, listener: Listener) -> Command:
    """Nothing to fetch. Python finds the template's packages by its path alone."""
    title = "Use the prepared packages"
    argv = ("link", _prepared(stack), _FOLDER)
    command = commands.begin(sandbox, argv, kind=CommandKind.INSTALL, title=title, job_ref=listener.job_ref)
    exit_code, said = None, ""
    try:
        said = _link_folder(sandbox, stack, listener) if stack.is_npm else "Everything it needs is prepared."
        exit_code = 0
    except Refused as refused:
        said = str(refused)
    finally:
        commands.finish(command, exit_code=exit_code, tail=said)
    return command


def _prepared(stack: Stack) -> str:
    return f"/opt/templates/{stack.template}/{_FOLDER}"


def _link_folder(sandbox: Sandbox, stack: Stack, listener: Listener) -> str:
    _run_quietly(sandbox, _CLEAR, listener, seconds=60)
    link = partial(Wire.link_folder, source=_prepared(stack), target=_FOLDER)
    linked = boxes.ask(sandbox, link, timeout=60, should_stop=listener.should_stop)
    return f"{linked} packages were prepared already."


def _run_quietly(sandbox: Sandbox, argv: tuple[str, ...], listener: Listener, *, seconds: float) -> None:
    run = partial(Wire.exec, argv=argv, timeout=seconds)
    boxes.ask(sandbox, run, timeout=seconds + 30, should_stop=listener.should_stop)


def _fetch(sandbox: Sandbox, stack: Stack, more: tuple[str, ...], listener: Listener) -> Command:
    """npm would take links for packages of ours and leave them out: it gets a copy to build on."""
    if stack.is_npm:
        _run_quietly(sandbox, _CLEAR, listener, seconds=60)
        _run_quietly(sandbox, ("cp", "-a", _prepared(stack), _FOLDER), listener, seconds=120)
    names = ", ".join(storable.name(one)[:60] for one in more[:4]) + (
        f" and {len(more) - 4} more" if len(more) > 4 else ""
    )
    return commands.run(
        sandbox,
        stack.install,
        kind=CommandKind.INSTALL,
        title=f"Install {names}"[:120],
        listener=listener,
        timeout=_SECONDS,
        downloads=True,
    )


def _key(stack: Stack, manifest: Manifest, *, lock: bytes | None = None) -> str:
    """`lock` as it is to be."""
    entry, locked = manifest.get(stack.packages), manifest.get(stack.lock)
    kept = hashlib.sha256(lock).hexdigest() if lock is not None else locked.sha256 if locked else ""
    told = f"{stack.name} {entry.sha256 if entry else ''} {kept}".strip()
    return hashlib.sha256(told.encode()).hexdigest()


def _last(sandbox: Sandbox) -> Command | None:
    done = Command.objects.filter(sandbox=sandbox, kind=CommandKind.INSTALL, state=CommandState.FINISHED, exit_code=0)
    return done.order_by("-started_at").first()


def _remember(sandbox: Sandbox, *keys: str) -> None:
    """With the handle, so that it is forgotten together with the box. It is the same with the lock that was written."""
    handle = {**sandbox.handle, "installed": sorted({*keys})}
    if Sandbox.objects.filter(pk=sandbox.pk, handle__id=handle["id"]).update(handle=handle):
        sandbox.handle = handle
