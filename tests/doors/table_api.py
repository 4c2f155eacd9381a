"""The API's frame, accounts, projects and their feed."""

from tests.doors.rows import API_EDITORS, API_OWNERS, API_SIGNED_IN, API_STAFF, API_VIEWERS, EVERYBODY, Row

PROJECT = "api/v2/projects/<uuid:project>"

FIRST = "api/projects/<uuid:project>"
FILES = "api/project-files/<uuid:project>"

ROWS = (
    Row("GET health", EVERYBODY),
    Row("POST health", EVERYBODY),
    Row("GET api/", dict.fromkeys(EVERYBODY, "404")),
    Row("POST api/", dict.fromkeys(EVERYBODY, "404")),
    Row("GET api/projects", API_SIGNED_IN),
    Row("POST api/projects", API_SIGNED_IN, body={"name": "A second one"}),
    Row(f"GET {FIRST}", API_VIEWERS),
    Row(f"PATCH {FIRST}", API_OWNERS, body={"name": "Day Garden"}),
    Row(f"DELETE {FIRST}", API_OWNERS),
    Row(f"GET {FILES}", API_VIEWERS),
    Row(f"PUT {FILES}", API_EDITORS, body={"files": [{"path": "a.txt", "content": "a", "etag": None}]}),
    Row(f"GET {FILES}/<path:path>", API_VIEWERS, fill={"path": "index.html"}),
    Row("GET api/v2/openapi.json", EVERYBODY),
    Row("GET api/v2/docs", EVERYBODY),
    # ninja's own pages take whatever is sent and do nothing with it.
    Row("POST api/v2/openapi.json", EVERYBODY),
    Row("POST api/v2/docs", EVERYBODY),
    Row("GET api/v2/", dict.fromkeys(EVERYBODY, "404")),
    Row("POST api/v2/", dict.fromkeys(EVERYBODY, "404")),
    Row("POST api/v2/auth/sign-up", EVERYBODY, body={"email": "new@example.org", "password": "k7-Qzr-0041"}),
    Row("POST api/v2/auth/sign-in", EVERYBODY, body={"email": "owner@example.org", "password": "a good password"}),
    # Without a first step nobody gets any further.
    Row("POST api/v2/auth/second-factor", EVERYBODY, body={"code": "000000"}, good=(409,)),
    Row("POST api/v2/auth/confirm", API_SIGNED_IN, body={"password": "a good password"}),
    Row("POST api/v2/auth/sign-out", API_SIGNED_IN),
    Row("GET api/v2/me", API_SIGNED_IN),
    Row("PATCH api/v2/me", API_SIGNED_IN, body={"name": "Somebody"}),
    Row("GET api/v2/users", API_STAFF),
    Row("GET api/v2/users/<int:user>", API_STAFF, fill={"user": lambda world: world.people.stranger.pk}),
    Row(
        "PATCH api/v2/users/<int:user>",
        API_STAFF,
        fill={"user": lambda world: world.people.stranger.pk},
        body={"active": True},
    ),
    Row("GET api/v2/projects", API_SIGNED_IN),
    Row("POST api/v2/projects", API_SIGNED_IN, body={"name": "A second one"}),
    Row(f"GET {PROJECT}", API_VIEWERS),
    Row(f"GET {PROJECT}/events", API_VIEWERS),
    Row(f"PATCH {PROJECT}", API_OWNERS, body={"name": "Day Garden"}),
    Row(f"DELETE {PROJECT}", API_OWNERS),
)
