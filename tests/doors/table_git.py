"""Doors for git. They know tokens alone: a session opens none. With tokens: tests/projects/views/test_git.py."""

from tests.doors.rows import EVERYBODY, NOBODY, PERSONS, VIEWERS, Row

TOKENS_ALONE = dict.fromkeys(PERSONS, NOBODY)
GIT = "git/<slug:owner>/<slug:project>"

ROWS = (
    Row(f"GET {GIT}.git/info/refs", TOKENS_ALONE, query="?service=git-upload-pack"),
    Row(f"POST {GIT}.git/git-upload-pack", TOKENS_ALONE, body=b"0000"),
    Row(f"POST {GIT}.git/git-receive-pack", TOKENS_ALONE, body=b"0000"),
    Row("GET p/<slug:owner>/<slug:project>/export.bundle", VIEWERS),
    # Only ways to other addresses, which ask who it is themselves.
    Row(f"GET {GIT}/info/refs", EVERYBODY, query="?service=git-upload-pack"),
    Row(f"GET {GIT}.git", EVERYBODY),
    Row(f"GET {GIT}", EVERYBODY),
)
