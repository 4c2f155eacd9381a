"""Packages of an app: pages and operations."""

from projects.services import files
from tests.doors.rows import API_EDITORS, API_VIEWERS, EDITORS, VIEWERS, Make, Row
from tests.doors.world import World

API = "api/v2/projects/<uuid:project>/packages"
LIST = b'{"dependencies": {"react": "^19"}}'


def listed(world: World) -> str:
    files.save(world.people.main, "package.json", LIST, by=world.people.owner)
    return "react"


def of_an_app(**body: object) -> Make:
    def make(world: World) -> dict[str, object]:
        listed(world)
        return body

    return make


PAGE = "p/<slug:owner>/<slug:project>/packages/"

ROWS = (
    Row(f"GET {PAGE}", VIEWERS),
    Row(f"POST {PAGE}add/", EDITORS, body=of_an_app(packages="zod@4")),
    Row(f"POST {PAGE}upgrade/", EDITORS, body=of_an_app(package="react@20")),
    Row(f"POST {PAGE}remove/", EDITORS, body=of_an_app(package="react")),
    Row(f"POST {PAGE}install/", EDITORS, body=of_an_app()),
    Row(f"POST {PAGE}check/", EDITORS, body=of_an_app()),
    Row(f"GET {API}", API_VIEWERS),
    Row(f"POST {API}", API_EDITORS, body=of_an_app(packages=["zod@4"])),
    Row(f"POST {API}/upgrade", API_EDITORS, body=of_an_app(packages=["react@20"])),
    Row(f"POST {API}/check", API_EDITORS, body=of_an_app()),
    Row(f"DELETE {API}/<path:name>", API_EDITORS, fill={"name": listed}),
)
