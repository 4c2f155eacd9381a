"""The sandbox of a branch, and what runs in it."""

from sandboxes.enums import CommandKind
from sandboxes.models import Command
from sandboxes.services import sandboxes
from tests.doors.rows import API_EDITORS, API_VIEWERS, VIEWERS, Row
from tests.doors.world import World

SANDBOX = "api/v2/projects/<uuid:project>/sandbox"


def command(world: World) -> str:
    box = sandboxes.for_branch(world.people.main)
    found = Command.objects.filter(sandbox=box).first()
    return str((found or Command.objects.create(sandbox=box, kind=CommandKind.CHECK, title="Look")).pk)


ROWS = (
    Row("GET p/<slug:owner>/<slug:project>/logs/", VIEWERS),
    Row(f"GET {SANDBOX}", API_VIEWERS),
    Row(f"POST {SANDBOX}/start", API_EDITORS),
    Row(f"POST {SANDBOX}/stop", API_EDITORS),
    Row(f"POST {SANDBOX}/restart", API_EDITORS),
    Row(f"POST {SANDBOX}/sleep", API_EDITORS),
    Row(f"POST {SANDBOX}/wake", API_VIEWERS),
    # This project is of plain files and has no box: whoever may ask is told so.
    Row(f"POST {SANDBOX}/exec", API_EDITORS, body={"argv": ["ls"]}, good=(409,)),
    Row(f"GET {SANDBOX}/history", API_VIEWERS),
    Row(f"GET {SANDBOX}/history/<uuid:command>", API_VIEWERS, {"command": command}),
    Row(f"GET {SANDBOX}/logs", API_VIEWERS),
    Row(f"GET {SANDBOX}/stats", API_VIEWERS),
    Row(f"GET {SANDBOX}/stats/history", API_VIEWERS),
)
