"""The JSON socket: everything a program needs to drive a project and to follow it."""

import json
from typing import Any
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.http import Http404
from pydantic import ValidationError

from agents import errors
from agents.models import Job
from agents.schemas import commands
from agents.services import jobs
from projects import access, feed
from projects.enums import Ability
from projects.feed.consumer import Consumer
from projects.feed.rendering import Rendered
from projects.threads import in_thread
from sandboxes.models import Sandbox
from sandboxes.services import sandboxes

Answer = dict[str, Any]

_LONGEST_ID = 100


class ProjectSocket(Consumer):
    """Each command is answered by `ack` or `error` with its id; events follow after `subscribe`."""

    subprotocol = "djinn.v1"
    # Whose events are wanted; empty = everybody's.
    _jobs: frozenset[str] = frozenset()

    def frame(self, event: Rendered) -> str | None:
        return event.json_frame if not self._jobs or event.job in self._jobs else None

    async def received(self, text: str) -> None:
        try:
            said = json.loads(text)
        except (ValueError, RecursionError):
            await self._refuse(None, "invalid_input", "This is not JSON.")
        else:
            await self._answer(said)

    async def _answer(self, said: object) -> None:
        command_id = _id_of(said)
        try:
            command = commands.COMMAND.validate_python(said)
            answer = await self._carry_out(command)
        except ValidationError as invalid:
            await self._refuse(command_id, "invalid_input", _sentence(invalid))
        except errors.NotPossible as refusal:
            await self._refuse(command_id, "conflict", str(refusal))
        except (PermissionDenied, Http404):
            await self._refuse(command_id, "policy_denied", "You may look at this project only.")
        else:
            await self.send(json.dumps({"type": "ack", "id": command_id, **answer}))

    async def _refuse(self, command_id: object, code: str, message: str) -> None:
        refusal = {"type": "error", "id": command_id, "code": code, "message": message}
        await self.send(json.dumps(refusal))

    async def _carry_out(self, command: commands.Command) -> Answer:
        if isinstance(command, commands.Ping):
            return {}
        await self.ask()  # a bell may be late, and nobody is served in between
        match command:
            case commands.Subscribe():
                self._jobs = frozenset(map(str, command.jobs))
                await self.follow(command.after)
                return {"after": command.after}
            case commands.GetState():
                return {"state": await in_thread(self._state)}
            case commands.GetPreviewUrl():
                return {"url": await in_thread(self._preview_url)}
            case _:
                return await in_thread(self._write, command)

    def _state(self) -> Answer:
        state = jobs.state_of(self.guest.project)
        job = jobs.foreground(self.guest.project)
        return {
            "phase": state.phase,
            "blueprint": state.blueprint,
            "job": str(job.pk) if job else None,
            "job_state": job.state if job else None,
            "last_seq": feed.last_seq(self.guest.project.pk),
        }

    def _preview_url(self) -> str | None:
        """Null while there is nothing to see yet."""
        sandbox = Sandbox.objects.filter(branch__project=self.guest.project, branch__name="main").first()
        return sandboxes.preview_url(sandbox) if sandbox else None

    def _write(self, command: commands.Command) -> Answer:
        """Whatever changes something: asked anew whether this guest may, then one verb."""
        user = self.guest.user
        if "write" not in self.guest.scopes:
            raise PermissionDenied
        project = access.get_project_by_id(user, self.project_id, Ability.EDIT)
        match command:
            case commands.StartGeneration():
                text = command.prompt or jobs.first_wish(project)
                return self._say(text, command.session, model=command.model)
            case commands.UserMessage():
                return self._say(command.text, command.session)
            case commands.StopGeneration():
                jobs.stop(self._foreground(), by=user)
            case commands.PauseGeneration():
                jobs.pause(self._foreground(), by=user)
            case commands.ResumeGeneration():
                jobs.resume(self._foreground(), by=user)
        return {}

    def _say(self, text: str, session_id: UUID | None, *, model: str = "") -> Answer:
        project = self.guest.project
        session = jobs.session_of(project, session_id) if session_id else None
        job = jobs.start(project=project, text=text, by=self.guest.user, session=session, model=model)
        return {"job": str(job.pk)}

    def _foreground(self) -> Job:
        job = jobs.foreground(self.guest.project)
        if job is None:
            raise errors.NotPossible("No job is going on in this project.")
        return job


def _id_of(said: object) -> str | int | None:
    """What to answer to, also when the rest of the command makes no sense."""
    found = said.get("id") if isinstance(said, dict) else None
    return found if isinstance(found, str | int) and len(str(found)) <= _LONGEST_ID else None


def _sentence(invalid: ValidationError) -> str:
    """The first thing that is wrong, and where."""
    first = invalid.errors()[0]
    where = ".".join(str(part) for part in first["loc"])
    return f"{where}: {first['msg']}" if where else first["msg"]
