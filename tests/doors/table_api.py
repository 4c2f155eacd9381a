"""The API's frame and its first room: projects."""

from tests.doors.rows import API_OWNERS, API_SIGNED_IN, API_VIEWERS, EVERYBODY, Row

PROJECT = "api/v2/projects/<uuid:project>"

ROWS = (
    Row("GET api/v2/openapi.json", EVERYBODY),
    Row("GET api/v2/docs", EVERYBODY),
    # ninja's own pages take whatever is sent and do nothing with it.
    Row("POST api/v2/openapi.json", EVERYBODY),
    Row("POST api/v2/docs", EVERYBODY),
    Row("GET api/v2/", dict.fromkeys(EVERYBODY, "404")),
    Row("POST api/v2/", dict.fromkeys(EVERYBODY, "404")),
    Row("GET api/v2/projects", API_SIGNED_IN),
    Row("POST api/v2/projects", API_SIGNED_IN, body={"name": "A second one"}),
    Row(f"GET {PROJECT}", API_VIEWERS),
    Row(f"PATCH {PROJECT}", API_OWNERS, body={"name": "Day Garden"}),
)
