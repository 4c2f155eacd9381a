"""The sandbox of a branch, and what runs in it."""

from sandboxes.enums import CommandKind
from sandboxes.models import Command, Picture
from sandboxes.services import links, sandboxes
from tests.doors.rows import API_EDITORS, API_VIEWERS, EDITORS, OPEN, VIEWERS, Row
from tests.doors.world import World
from tests.sandboxes.services.test_pictures import hung

SHARE = "p/<slug:owner>/<slug:project>/share/"
LINKS = "api/v2/projects/<uuid:project>/share-links"
SANDBOX = "api/v2/projects/<uuid:project>/sandbox"


def box(world: World) -> str:
    return str(sandboxes.for_branch(world.people.main).pk)


def link(world: World) -> str:
    return str(links.make(world.people.main, days=1, by=world.people.owner).link.pk)


def command(world: World) -> str:
    box = sandboxes.for_branch(world.people.main)
    found = Command.objects.filter(sandbox=box).first()
    return str((found or Command.objects.create(sandbox=box, kind=CommandKind.CHECK, title="Look")).pk)


def picture(world: World) -> str:
    box = sandboxes.for_branch(world.people.main)
    found = Picture.objects.filter(sandbox=box).first()
    return str(found.blob_id) if found else hung(box)


def pictured(world: World) -> str:
    picture(world)
    return world.people.main.name


ROWS = (
    Row("WS ws/projects/<uuid:project_id>/terminal/", EDITORS),
    Row("GET p/<slug:owner>/<slug:project>/logs/", VIEWERS),
    Row("GET p/<slug:owner>/<slug:project>/picture/", VIEWERS, {"of": picture}, query="?of=<of>"),
    # Whoever runs the site sees all there is.
    Row("GET previews/<slug:name>/", VIEWERS | {"staff": OPEN}, {"name": box}),
    Row(f"GET {SHARE}", EDITORS),
    Row(f"POST {SHARE}", EDITORS, body={"days": "1"}),
    Row(f"POST {SHARE}<uuid:link_id>/revoke/", EDITORS, {"link_id": link}),
    Row(f"GET {LINKS}", API_EDITORS),
    Row(f"POST {LINKS}", API_EDITORS, body={"days": 1}),
    Row(f"DELETE {LINKS}/<uuid:link>", API_EDITORS, {"link": link}),
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
    Row(f"GET {SANDBOX}/picture", API_VIEWERS, {"pictured": pictured}, query="?branch=<pictured>"),
    Row(f"GET {SANDBOX}/stats", API_VIEWERS),
    Row(f"GET {SANDBOX}/stats/history", API_VIEWERS),
)
