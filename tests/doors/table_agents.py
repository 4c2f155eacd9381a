"""The builder's screens and sockets."""

from tests.doors.rows import EDITORS, EVERYBODY, SIGNED_IN, STAFF, VIEWERS, Row

PROJECT = "p/<slug:owner>/<slug:project>/"
# Nothing runs in the project: whoever may ask is told that there is no such job.
NO_JOB = {"job_id": "00000000-0000-0000-0000-000000000000"}
LOOKED_AT = VIEWERS | {"viewer": "404", "editor": "404", "owner": "404"}
ASKED = EDITORS | {"editor": "404", "owner": "404"}

ROWS = (
    Row("GET ", EVERYBODY),
    Row("POST wish/", SIGNED_IN, body={"wish": "A garden"}),
    Row("GET estimate/", SIGNED_IN),
    Row("GET projects/", SIGNED_IN),
    Row("GET gallery/", STAFF),
    Row(f"GET {PROJECT}", VIEWERS),
    Row(f"GET {PROJECT}estimate/", VIEWERS),
    Row(f"POST {PROJECT}messages/", EDITORS, body={"text": "Make it green"}),
    Row(f"POST {PROJECT}mend/", EDITORS),
    Row(f"POST {PROJECT}jobs/<uuid:job_id>/stop/", ASKED, NO_JOB),
    Row(f"POST {PROJECT}jobs/<uuid:job_id>/pause/", ASKED, NO_JOB),
    Row(f"POST {PROJECT}jobs/<uuid:job_id>/resume/", ASKED, NO_JOB),
    Row(f"POST {PROJECT}jobs/<uuid:job_id>/retry/", ASKED, NO_JOB),
    Row(f"POST {PROJECT}jobs/<uuid:job_id>/allow/", ASKED, NO_JOB),
    Row(f"GET {PROJECT}jobs/<uuid:job_id>/plan/", ASKED, NO_JOB),
    Row(f"POST {PROJECT}jobs/<uuid:job_id>/plan/", ASKED, NO_JOB),
    Row(f"POST {PROJECT}jobs/<uuid:job_id>/undo/", ASKED, NO_JOB),
    Row(f"GET {PROJECT}jobs/<uuid:job_id>/again/", ASKED, NO_JOB),
    Row(f"POST {PROJECT}jobs/<uuid:job_id>/again/", ASKED, NO_JOB, body={"model": "demo"}),
    Row(f"GET {PROJECT}jobs/<uuid:job_id>/comparison/", LOOKED_AT, NO_JOB),
    Row("WS ws/projects/<uuid:project_id>/", VIEWERS),
    Row("WS ws/<uuid:project_id>", VIEWERS),
    Row("WS live/projects/<uuid:project_id>/", VIEWERS),
)
