"""Doors that are for everybody, and the one-time link."""

from tests.doors.rows import EVERYBODY, SIGN_IN, Row

ROWS = (
    Row("GET livez", EVERYBODY),
    Row("GET readyz", EVERYBODY, good=(503,)),
    Row("POST livez", EVERYBODY),
    Row("POST readyz", EVERYBODY, good=(503,)),
    Row("GET favicon.ico", EVERYBODY),
    Row("POST favicon.ico", EVERYBODY),
    Row("GET api/v2/problems/<slug:code>", EVERYBODY, {"code": "not_found"}),
    # A link that is none leads to the sign-in page, whoever follows it.
    Row("GET enter/<str:token>/", dict.fromkeys(EVERYBODY, SIGN_IN), {"token": "nonsense"}),
)
