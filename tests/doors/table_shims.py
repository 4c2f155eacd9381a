"""The addresses of the earlier design, which `DJINN_V1_SHIMS` opens."""

from typing import Any

from agents.services import jobs
from projects.services import files
from tests.doors.rows import API_EDITORS, API_VIEWERS, Row
from tests.doors.world import World

CODE = '<file path="a.txt">\nx\n</file>\n'


def named(world: World) -> dict[str, Any]:
    return {"sandboxId": str(world.project.pk)}


def said(world: World) -> dict[str, Any]:
    return named(world) | {"response": CODE}


def wished(world: World) -> dict[str, Any]:
    return {"prompt": "A shelf", "context": named(world)}


def wanted(world: World) -> dict[str, Any]:
    """Listed already: there is nothing to wait for."""
    files.save(world.people.main, "package.json", b'{"dependencies": {"react": "18"}}', by=world.people.owner)
    return named(world) | {"packages": ["react"]}


def talked(world: World) -> dict[str, Any]:
    if not world.project.sessions.exists():
        jobs.start(project=world.project, text="A shelf", by=world.people.owner)
    return {"action": "update", "data": {"currentTopic": "Shelves"}}


ROWS = (
    Row("GET api/conversation-state", API_VIEWERS, query="?project=<project>"),
    Row("POST api/conversation-state", API_EDITORS, query="?project=<project>", body=talked),
    Row("DELETE api/conversation-state", API_EDITORS, query="?project=<project>"),
    Row("GET api/get-sandbox-files", API_VIEWERS, query="?sandboxId=<project>"),
    Row("POST api/create-zip", API_VIEWERS, body=named),
    Row("POST api/apply-ai-code", API_EDITORS, body=said),
    Row("POST api/apply-ai-code-stream", API_EDITORS, body=said),
    Row("POST api/generate-ai-code-stream", API_EDITORS, body=wished),
    Row("POST api/install-packages", API_EDITORS, body=wanted),
)
