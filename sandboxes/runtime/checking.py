"""Asks an app's box whether the app is sound: types, style, build. What the answers are worth is not known here."""

import json
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from uuid import UUID

from projects.services import files
from projects.store.trees import Manifest
from sandboxes.enums import CommandKind
from sandboxes.models import Sandbox
from sandboxes.models.shown import manifest_of
from sandboxes.runtime import boxes, commands
from sandboxes.runtime.commands import Listener
from sandboxes.stacks import Check, Stack
from sandboxes.wire import Wire


@dataclass(frozen=True)
class Said:
    """`exit_code` is None where nothing can be made of it: it could not be run, or took too long."""

    check: str
    exit_code: int | None
    output: str
    seconds: float


def fitting(stack: Stack, manifest: Manifest, *, is_whole: bool, is_thorough: bool = False) -> tuple[Check, ...]:
    """Those that say something of this tree; `is_whole` when nothing of it is still to come."""
    scripts = _scripts(stack, manifest)
    found = tuple(
        check
        for check in stack.checks
        if (is_whole or not check.is_of_whole)
        and all(path in manifest for path in check.wants)
        and (not check.script or check.script in scripts)
    )
    names = {check.name for check in found}
    return tuple(check for check in found if is_thorough or check.spared_by not in names)


def run(
    sandbox: Sandbox,
    *,
    is_whole: bool,
    is_thorough: bool = False,
    job_ref: UUID | None = None,
    should_stop: Callable[[], bool] | None = None,
) -> list[Said]:
    """One after the other, in a box that is ready and has the app's packages. The first complaint is enough."""
    listener, said = Listener(job_ref, should_stop=should_stop), list[Said]()
    stack = boxes.stack_of(sandbox)
    checks = fitting(stack, manifest_of(sandbox), is_whole=is_whole, is_thorough=is_thorough)
    for check in _runnable(sandbox, checks, listener):
        said.append(_run(sandbox, stack, check, listener))
        if said[-1].exit_code:
            break
    return said


def _runnable(sandbox: Sandbox, checks: tuple[Check, ...], listener: Listener) -> Iterator[Check]:
    for check in checks:
        look = partial(Wire.exec, argv=("test", "-e", check.tool), timeout=10)
        if not check.tool or boxes.ask(sandbox, look, should_stop=listener.should_stop).exit_code == 0:
            yield check


def _run(sandbox: Sandbox, stack: Stack, check: Check, listener: Listener) -> Said:
    began = time.monotonic()
    command = commands.run(
        sandbox,
        check.argv,
        kind=CommandKind.CHECK,
        title=check.title,
        listener=listener,
        timeout=check.seconds,
        env=dict(stack.env),
    )
    seconds = time.monotonic() - began
    exit_code = None if seconds >= check.seconds else command.exit_code
    return Said(check.name, exit_code, command.output, round(seconds, 2))


def _scripts(stack: Stack, manifest: Manifest) -> frozenset[str]:
    if stack.packages != "package.json" or stack.packages not in manifest:
        return frozenset()
    try:
        package = json.loads(files.read(manifest, stack.packages))
    except (ValueError, RecursionError):
        return frozenset()
    scripts = package.get("scripts") if isinstance(package, dict) else None
    return frozenset(scripts) if isinstance(scripts, dict) else frozenset()
