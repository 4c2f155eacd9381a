"""Asks the registry, from an app's box, which of its packages have newer versions and which known vulnerabilities.

Beside the app, in a folder of its own: what runs goes on running. What is not told is said in a sentence. While the way
to the registries is open no server runs that was given secrets: it would be open to whatever runs in the box.
"""

import json
import logging
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from functools import partial
from typing import Any

from django.utils import timezone

from projects import storable
from projects.errors import MissingFile
from projects.services import files
from sandboxes import stacks
from sandboxes.enums import CommandKind
from sandboxes.errors import SandboxLost
from sandboxes.models import PackageReport, Sandbox, given
from sandboxes.models.shown import manifest_of
from sandboxes.packages import answers, npm, troubles
from sandboxes.packages.errors import Unusable
from sandboxes.packages.words import Declared
from sandboxes.runtime import boxes, commands, install, lifecycle, secrecy, serve, sync, turns
from sandboxes.stacks import Stack
from sandboxes.wire import ExecResult, Refused, Wire
from sandboxes.wire import boxes as wires

log = logging.getLogger(__name__)

_SECONDS = 90.0
_MOST_SECONDS = 600.0
_MOST_BYTES = 1 << 20
_TITLE = "Ask the registry about the packages"
_ASIDE = "/tmp/.asked"  # noqa: S108 - the box's own
_QUIET = ("--json", "--loglevel=silent", "--prefix", _ASIDE)
_WRITE = "import sys; open(sys.argv[1], 'w', encoding='utf-8').write(sys.argv[2])"
# As much as a program is given as one word.
_MOST_LIST = 100_000
_PATHS = ("--path", ".venv/site-packages", "--path", "/opt/templates/python/site-packages")
_PIP = ("python3", "-m", "pip", "list", "--format", "json", "--disable-pip-version-check", *_PATHS)
_NO_VERSIONS = "The registry did not say which versions are the newest."
_NO_WEAKNESSES = "The registry did not say whether weaknesses are known."
_NOT_IN_PLACE = "The packages of the list are not in place yet. Start the app anew, then ask again."
_SECRETS = "The app runs with its secrets, and must not while the way out is open. Stop the app, then ask again."
_NOT_BY_PIP = "pip does not tell of known weaknesses."


@dataclass
class _Told:
    installed: dict[str, str] = field(default_factory=dict)
    newest: dict[str, str] = field(default_factory=dict)
    weaknesses: list[dict[str, Any]] | None = None
    problems: list[str] = field(default_factory=list)


def ask(sandbox_id: str) -> None:
    """Whatever comes of it is kept with its date: an answer, or why there is none."""
    related = ("project", "branch", "changeset")
    sandbox = Sandbox.objects.select_related(*related).filter(pk=sandbox_id, project__archived_at=None).first()
    if sandbox is None:
        return
    told = _Told(problems=["It was not answered."])
    try:
        told = _told(sandbox)
    except (SandboxLost, Refused) as lost:
        told = _Told(problems=[f"The app's box could not be asked: {lost}"])
    finally:
        _keep(sandbox, told)


def _keep(sandbox: Sandbox, told: _Told) -> None:
    """What is no longer known is no longer said; the moment of the question stays."""
    entry = manifest_of(sandbox).get(boxes.stack_of(sandbox).packages)
    values = {**asdict(told), "answered_at": timezone.now(), "subject": entry.sha256 if entry else ""}
    values["problems"] = [storable.text(one)[:500] for one in told.problems]
    PackageReport.objects.filter(sandbox=sandbox).update(**values)


def _told(sandbox: Sandbox) -> _Told:
    lifecycle.ensure(sandbox)
    stack = boxes.stack_of(sandbox)
    if not stack.packages:
        return _Told(problems=["This kind of app has no packages."])
    if secrecy.environment(sandbox) or given.to_its_server(sandbox):
        return turns.wait(sandbox, partial(_told_alone, sandbox, stack))
    return _answered(sandbox, stack)


def _told_alone(sandbox: Sandbox, stack: Stack) -> _Told:
    """Nobody starts the app's server meanwhile."""
    sandbox.refresh_from_db()
    if given.to_its_server(sandbox) != {} and serve.is_running(sandbox):
        return _Told(problems=[_SECRETS])
    return _answered(sandbox, stack)


def _answered(sandbox: Sandbox, stack: Stack) -> _Told:
    sync.sync(sandbox, manifest_of(sandbox))
    command = commands.begin(sandbox, (), kind=CommandKind.TOOL, title=_TITLE, job_ref=None, seconds=_MOST_SECONDS)
    told = _Told(problems=["It was not answered."])
    try:
        told = _by_pip(sandbox) if stack is stacks.PYTHON else _by_npm(sandbox)
    finally:
        words = "\n".join(told.problems) or "It was answered."
        commands.finish(command, exit_code=_exit_code(told), tail=words)
    return told


def _exit_code(told: _Told) -> int:
    """1 where nothing was answered."""
    is_answered = bool(told.newest) or told.weaknesses is not None or not {*told.problems} - {_NOT_BY_PIP}
    return 0 if is_answered else 1


def _by_npm(sandbox: Sandbox) -> _Told:
    try:
        wanted = npm.declared(files.read(manifest_of(sandbox), npm.PATH))
    except (Unusable, MissingFile) as unusable:
        return _Told(problems=[str(unusable)])
    if fault := _lay_aside(sandbox, wanted):
        return _Told(problems=[fault])
    told = _Told()
    locked = _ask(sandbox, "npm", "install", "--package-lock-only", "--ignore-scripts", "--no-audit", *_QUIET)
    if locked.exit_code != 0:
        told.problems = [_why(sandbox, locked)]
        return told
    said = answers.found(_ask(sandbox, "npm", "outdated", *_QUIET).output)
    told.newest = answers.newest_npm(said)
    told.problems += [] if isinstance(said, dict) and "error" not in said else [_NO_VERSIONS]
    weak = answers.weaknesses_npm(answers.found(_ask(sandbox, "npm", "audit", *_QUIET).output))
    told.weaknesses = None if weak is None else [asdict(one) for one in weak]
    told.problems += [_NO_WEAKNESSES] if weak is None else []
    return told


def _lay_aside(sandbox: Sandbox, wanted: list[Declared]) -> str:
    """The list without anything else, all of it as what the app needs to run: npm is silent about the rest.

    What stands in the way, if anything.
    """
    text = json.dumps({"private": True, "dependencies": {one.name: one.version for one in wanted}})
    if len(text) > _MOST_LIST:
        return "The list of packages is too long to be asked about."
    _exec(sandbox, "rm", "-rf", _ASIDE)
    _exec(sandbox, "mkdir", "-p", _ASIDE)
    for path in ("package-lock.json", ".npmrc"):
        if path in manifest_of(sandbox):
            _exec(sandbox, "cp", path, _ASIDE)
    written = _exec(sandbox, "python3", "-c", _WRITE, f"{_ASIDE}/{npm.PATH}", text)
    return "" if written.exit_code == 0 else "The app's box has no room to ask."


def _by_pip(sandbox: Sandbox) -> _Told:
    """What is installed is asked of the box itself: there is no lock that would say so.

    Nothing is installed for it: that would end the server.
    """
    if not install.is_in_place(sandbox):
        return _Told(problems=[_NOT_IN_PLACE, _NOT_BY_PIP])
    told = _Told(answers.installed_pip(answers.found(_exec(sandbox, *_PIP).output)), problems=[_NOT_BY_PIP])
    newer = _ask(sandbox, *_PIP, "--outdated")
    said = answers.found(newer.output)
    told.newest = answers.newest_pip(said)
    if not isinstance(said, list):
        told.problems.insert(0, _why(sandbox, newer))
    return told


def _why(sandbox: Sandbox, result: ExecResult) -> str:
    trouble = troubles.SLOW if result.timed_out else troubles.of(result.output)
    if trouble is not troubles.UNKNOWN:
        return trouble.sentence
    said = answers.found(result.output)
    error = said.get("error") if isinstance(said, dict) else None
    words = str(error.get("summary") or "") if isinstance(error, dict) else result.output
    last = secrecy.masker(sandbox).text(words).strip().rpartition("\n")[2]
    return f"The registry did not answer as expected: {last[:200]}" if last else "The registry did not answer."


def _exec(sandbox: Sandbox, *argv: str) -> ExecResult:
    run = partial(Wire.exec, argv=argv, timeout=_SECONDS, max_output=_MOST_BYTES, env=dict(boxes.stack_of(sandbox).env))
    return boxes.ask(sandbox, run, timeout=_SECONDS + 30)


def _ask(sandbox: Sandbox, *argv: str) -> ExecResult:
    """With a way out to the registries, and without any secret."""
    try:
        env = dict(boxes.stack_of(sandbox).env)
        return boxes.follow(_with_downloads(sandbox, argv, env), timeout=_SECONDS + 60)
    except TimeoutError as silent:
        raise SandboxLost("The app's box does not answer.") from silent


async def _with_downloads(sandbox: Sandbox, argv: Sequence[str], env: dict[str, str]) -> ExecResult:
    async with wires.wire_with_downloads(sandbox, await commands.policy(sandbox)) as wire:
        return await wire.exec(argv, env=env, timeout=_SECONDS, max_output=_MOST_BYTES)
