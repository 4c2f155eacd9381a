"""Secrets: the page of the settings, and the API."""

from projects.models import Secret
from projects.services import secrets
from tests.doors.rows import API_OWNERS, OWNERS, Row
from tests.doors.world import World

PROJECT = "p/<slug:owner>/<slug:project>/"
API = "api/v2/projects/<uuid:project>/secrets"
VALUE = "correct horse battery"


def one(world: World) -> str:
    if not Secret.objects.filter(project=world.people.project).exists():
        secrets.put(world.people.project, name="KEY", value=VALUE, by=world.people.owner)
    return "KEY"


ROWS = (
    Row(f"GET {PROJECT}settings/secrets/", OWNERS),
    Row(f"POST {PROJECT}settings/secrets/", OWNERS, body={"name": "KEY", "value": VALUE}),
    Row(f"POST {PROJECT}settings/secrets/<str:name>/remove/", OWNERS, fill={"name": one}),
    Row(f"POST {PROJECT}settings/secrets/restart/", OWNERS),
    Row(f"GET {API}", API_OWNERS),
    Row(f"PUT {API}/<name>", API_OWNERS, fill={"name": "KEY"}, body={"value": VALUE}),
    Row(f"DELETE {API}/<name>", API_OWNERS, fill={"name": one}),
)
