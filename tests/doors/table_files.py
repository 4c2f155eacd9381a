"""Files of a project, and its download."""

from tests.doors.rows import VIEWERS, Row

PROJECT = "p/<slug:owner>/<slug:project>/"

ROWS = (
    Row(f"GET {PROJECT}files/", VIEWERS),
    Row(f"GET {PROJECT}files/<path:path>", VIEWERS),
    Row(f"GET {PROJECT}export.zip", VIEWERS),
)
