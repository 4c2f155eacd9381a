"""What a preview's console says: the API, and the page of it."""

from sandboxes.console.lines import Batch, Line
from sandboxes.services import console
from tests.doors.rows import API_EDITORS, API_VIEWERS, EDITORS, VIEWERS, Row
from tests.doors.world import World

PAGE = "p/<slug:owner>/<slug:project>/console/"
API = "api/v2/projects/<uuid:project>/console"
SAID = {
    "source": "error",
    "level": "error",
    "text": "TypeError: shelf is null",
    "stack": "at a (app.js:1:2)",
    "count": 1,
}


def said(world: World) -> str:
    """The project, whose page has said something."""
    console.report(world.people.main, Batch("/", (Line("error", "error", "TypeError: shelf is null"),)))
    return str(world.project.pk)


ROWS = (
    Row(f"GET {PAGE}", VIEWERS, query="?level=error"),
    Row(f"POST {PAGE}clear/", EDITORS),
    Row(f"GET {API}", API_VIEWERS, fill={"project": said}, query="?level=error"),
    Row(f"GET {API}/errors", API_VIEWERS),
    Row(f"GET {API}/statistics", API_VIEWERS),
    Row(f"GET {API}/context", API_VIEWERS),
    Row(f"POST {API}", API_EDITORS, body={"entries": [SAID]}),
    Row(f"DELETE {API}", API_EDITORS),
)
