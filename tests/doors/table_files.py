"""Files of a project, and its download."""

import hashlib

from django.core.files.uploadedfile import SimpleUploadedFile
from django.test.client import BOUNDARY, MULTIPART_CONTENT, encode_multipart

from tests.doors.rows import API_EDITORS, API_VIEWERS, EDITORS, VIEWERS, Row

PROJECT = "p/<slug:owner>/<slug:project>/"
API = "api/v2/projects/<uuid:project>"
HASH = hashlib.sha256(b"<h1>Hello</h1>\n").hexdigest()
SEEN = {"if-match": f'"{HASH}"'}
UPLOAD = encode_multipart(BOUNDARY, {"files": [SimpleUploadedFile("new.txt", b"new")]})

ROWS = (
    Row(f"GET {PROJECT}files/", VIEWERS),
    Row(f"GET {PROJECT}files/<path:path>", VIEWERS),
    Row(f"GET {PROJECT}export.zip", VIEWERS),
    Row(f"GET {PROJECT}files/search/", VIEWERS, query="?q=hello"),
    Row(f"GET {PROJECT}files/raw/", VIEWERS, query="?path=index.html"),
    Row(f"GET {PROJECT}files/edit/", EDITORS, query="?path=index.html"),
    Row(f"POST {PROJECT}files/edit/", EDITORS, body={"path": "index.html", "seen": HASH, "text": "x"}),
    Row(f"GET {PROJECT}files/new/", EDITORS),
    Row(f"POST {PROJECT}files/new/", EDITORS, body={"path": "new.txt", "text": "x"}),
    Row(f"GET {PROJECT}files/move/", EDITORS, query="?path=index.html"),
    Row(f"POST {PROJECT}files/move/", EDITORS, body={"path": "index.html", "seen": HASH, "target": "b.html"}),
    Row(f"POST {PROJECT}files/delete/", EDITORS, body={"path": "index.html", "seen": HASH}),
    Row(f"GET {PROJECT}files/upload/", EDITORS),
    Row(f"POST {PROJECT}files/upload/", EDITORS, body=lambda _: {"chosen": SimpleUploadedFile("new.txt", b"new")}),
    Row(f"GET {PROJECT}files/new-folder/", EDITORS),
    Row(f"POST {PROJECT}files/new-folder/", EDITORS, body={"path": "notes"}),
    Row(f"POST {PROJECT}files/undo/", EDITORS, body={"version": "1"}),
    Row(f"GET {API}/files", API_VIEWERS),
    Row(f"GET {API}/files/<path:path>", API_VIEWERS),
    Row(f"PUT {API}/files/<path:path>", API_EDITORS, body=b"x", headers=SEEN),
    Row(f"DELETE {API}/files/<path:path>", API_EDITORS, headers=SEEN),
    Row(f"POST {API}/file-moves", API_EDITORS, body={"path": "index.html", "target": "b.html"}, headers=SEEN),
    Row(f"POST {API}/folders", API_EDITORS, body={"path": "notes"}),
    Row(f"POST {API}/file-uploads", API_EDITORS, body=UPLOAD, headers={"content-type": MULTIPART_CONTENT}),
    Row(f"GET {API}/file-search", API_VIEWERS, query="?words=hello"),
)
