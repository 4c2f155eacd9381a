"""Starts an app's server and waits until its page can be seen."""

import signal
import time
from collections.abc import Callable
from functools import partial
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from projects import feed
from projects.masking import Masker
from projects.models import Branch
from sandboxes import stacks
from sandboxes.enums import CommandKind, CommandState
from sandboxes.errors import SandboxLost, Stopped
from sandboxes.models import Command, Sandbox, addresses
from sandboxes.models.shown import manifest_of
from sandboxes.runtime import boxes, commands, listening, secrecy
from sandboxes.runtime.commands import Listener
from sandboxes.runtime.lines import Lines
from sandboxes.runtime.looking import Ready, look
from sandboxes.wire import Refused, Service, Wire

_NAME = listening.NAME
_LOOK = 0.15
# An answer other than a page may be a server on its way up; one that stays is the app's own.
_GIVE_UP_AFTER = 3.0
_WORDS_SECONDS = 10.0


def start(
    sandbox: Sandbox,
    *,
    job_ref: UUID | None = None,
    on_line: Callable[[str], None] | None = None,
    should_stop: Callable[[], bool] | None = None,
) -> Command | None:
    """Start the server unless it runs as it should. None when there is none.

    Changed files it sees by itself; one that sees them late is started anew, or an answer would be about what was.
    """
    stack = boxes.stack_of(sandbox)
    if not stack.needs_box:
        return None
    if should_stop and should_stop():
        raise Stopped("The app was not started.")
    given = secrecy.environment(sandbox)
    running = _running(sandbox)
    if running and not _is_alive(_status(sandbox)):
        listening.listen(str(sandbox.pk))  # it ended by itself: its last words say why
    elif running and _is_as_wanted(sandbox, running, stack, given):
        return running
    stop(sandbox)
    title = "Start the app's server"
    command = commands.begin(sandbox, stack.serve, kind=CommandKind.SERVE, title=title, job_ref=job_ref)
    try:
        secrecy.remember(sandbox, given, served=sandbox.tree_hash)
        env = {**given, **dict(stack.env), "PORT": str(stack.port)}
        boxes.ask(sandbox, lambda wire: wire.spawn(_NAME, stack.serve, env=env))
    except (SandboxLost, Refused) as failed:
        commands.finish(command, exit_code=None, tail=str(failed))
        raise SandboxLost(str(failed)) from failed
    return command


def _is_as_wanted(sandbox: Sandbox, running: Command, stack: stacks.Stack, given: dict[str, str]) -> bool:
    has_seen = not stack.looks_late or sandbox.handle.get("served") == sandbox.tree_hash
    return has_seen and running.argv == list(stack.serve) and secrecy.is_given(sandbox, given)


def stop(sandbox: Sandbox) -> None:
    """End the server, if there is one, and settle its row."""
    running = _running(sandbox)
    if running is None:
        return
    _set_port(sandbox, None)
    try:
        boxes.ask(sandbox, lambda wire: wire.signal(_NAME, signal.SIGKILL))
        tail = log_tail(sandbox)
    except Refused:
        tail = running.output
    commands.finish(running, exit_code=None, tail=tail)
    commands.end_all(sandbox, CommandKind.SERVE)


def wait_ready(
    sandbox: Sandbox,
    *,
    timeout: float = 60.0,
    should_stop: Callable[[], bool] | None = None,
    on_line: Callable[[str], None] | None = None,
    job_ref: UUID | None = None,
) -> Ready:
    """Look at the page until it can be seen. When it can, everybody is told where."""
    stack = boxes.stack_of(sandbox)
    listener = Listener(job_ref, on_line, should_stop)
    ready = _watch(sandbox, stack, timeout, listener) if stack.needs_box else _look_at_files(sandbox)
    if stack.needs_box:
        _set_port(sandbox, stack.port if ready.status else None)
        if ready.ok and (status := _status(sandbox)):
            listening.forget_so_far(sandbox, status.offset)
    if ready.ok:
        _announce(sandbox, stack, job_ref)
    return ready


def keep_words(sandbox: Sandbox) -> None:
    """What it has said so far, to be read while the box stands still. The box is not woken for it."""
    running = _running(sandbox)
    if running is None:
        return
    try:
        work = boxes.asked(sandbox, partial(_words, secrecy.masker(sandbox)))
        said, offset = boxes.follow(work, timeout=_WORDS_SECONDS)
    except (SandboxLost, Refused, TimeoutError):
        return
    kept = Command.objects.filter(pk=running.pk, state=CommandState.RUNNING)
    kept.update(output=said, skipped=max(0, offset - len(said)))


def is_running(sandbox: Sandbox) -> bool:
    """Whether it was started, and not ended by us since."""
    return _running(sandbox) is not None


def log_tail(sandbox: Sandbox) -> str:
    return boxes.ask(sandbox, partial(_log_tail, secrecy.masker(sandbox)))


def _watch(sandbox: Sandbox, stack: stacks.Stack, timeout: float, listener: Listener) -> Ready:
    command, masker = _running(sandbox), secrecy.masker(sandbox)
    deadline, first_bad, seen = time.monotonic() + timeout, None, _Log(sandbox, command, listener, masker)
    ready = Ready(False, 0, "The app's server does not answer.")
    while time.monotonic() < deadline:
        seen.tell()
        if listener.is_stopped():
            raise Stopped("Waiting for the app was stopped.")
        status = _status(sandbox)
        if not _is_alive(status):
            return _died(sandbox, command, status)
        ready = _look(sandbox, stack.port, masker, deadline - time.monotonic(), listener)
        if ready.ok:
            seen.tell()  # what it wrote before it answered, and after we had read
            return ready
        if not ready.status and _has_ended(stack, seen.lines):
            return Ready(False, 0, "The app's server ended.", log_tail(sandbox))
        first_bad = (first_bad or time.monotonic()) if ready.status else None
        if first_bad and time.monotonic() - first_bad > _GIVE_UP_AFTER:
            break
        time.sleep(_LOOK)
    return Ready(False, ready.status, ready.excerpt, log_tail(sandbox))


def _has_ended(stack: stacks.Stack, lines: Lines) -> bool:
    """By the word of whoever watches over it, and not begun again since."""
    return lines.newest((*stack.says_ended, *stack.says_begun)).startswith(stack.says_ended)


def _look(sandbox: Sandbox, port: int, masker: Masker, seconds: float, listener: Listener) -> Ready:
    try:
        work, watch = boxes.asked(sandbox, lambda wire: look(wire, port, masker)), boxes.Watch(sandbox).look
        return boxes.follow(work, timeout=max(seconds, 1.0), should_stop=listener.should_stop, on_tick=watch)
    except TimeoutError:
        return Ready(False, 0, "The app's server took the request and stayed silent.")


def _died(sandbox: Sandbox, command: Command | None, status: Service | None) -> Ready:
    tail = log_tail(sandbox) if status else ""
    if command:
        commands.finish(command, exit_code=status.exit_code if status else None, tail=tail)
    return Ready(False, 0, "The app's server ended.", tail)


def _look_at_files(sandbox: Sandbox) -> Ready:
    if "index.html" in manifest_of(sandbox):
        return Ready(True, 200, "index.html")
    return Ready(False, 404, "The app has no index.html.")


def _announce(sandbox: Sandbox, stack: stacks.Stack, job_ref: UUID | None) -> None:
    head = Branch.objects.select_related("head").get(pk=sandbox.branch_id).head
    payload = {
        "sandbox": str(sandbox.pk),
        "url": addresses.url(sandbox.label),
        "stack": stack.name,
        "version": head.number if head else None,
        "isolation": str(sandbox.handle.get("isolation", "")),
    }
    with transaction.atomic():
        feed.record(sandbox.project, "preview_ready", payload, job_ref=job_ref, branch_id=sandbox.branch_id)
        Sandbox.objects.filter(pk=sandbox.pk).update(touched_at=timezone.now())


def _set_port(sandbox: Sandbox, port: int | None) -> None:
    Sandbox.objects.filter(pk=sandbox.pk).update(port=port)
    sandbox.port = port


def _running(sandbox: Sandbox) -> Command | None:
    rows = Command.objects.filter(sandbox=sandbox, kind=CommandKind.SERVE, state=CommandState.RUNNING)
    return rows.select_related("sandbox__project").order_by("-started_at").first()


def _status(sandbox: Sandbox) -> Service | None:
    try:
        return boxes.ask(sandbox, lambda wire: wire.status(_NAME))
    except Refused:
        return None


def _is_alive(status: Service | None) -> bool:
    return status is not None and status.running


async def _words(masker: Masker, wire: Wire) -> tuple[str, int]:
    return await _log_tail(masker, wire), (await wire.status(_NAME)).offset


async def _log_tail(masker: Masker, wire: Wire) -> str:
    lines = Lines(masker)
    async for chunk in wire.logs(_NAME, follow=False):
        lines.add(chunk.data)
    return lines.tail()


class _Log:
    """Passes on what the server writes while it is waited for."""

    def __init__(self, sandbox: Sandbox, command: Command | None, listener: Listener, masker: Masker) -> None:
        self.sandbox, self.command, self.listener = sandbox, command, listener
        self.lines, self.at = Lines(masker), 0

    def tell(self) -> None:
        if self.command is None:
            return
        boxes.ask(self.sandbox, self._read)
        commands.tell(self.sandbox, self.command, self.lines, self.listener)

    async def _read(self, wire: Wire) -> None:
        try:
            async for chunk in wire.logs(_NAME, self.at, follow=False):
                self.lines.add(chunk.data)
                self.at = chunk.offset + len(chunk.data)
        except Refused:
            return
