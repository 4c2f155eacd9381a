"""A git server over HTTP, as git itself brings it: one that asks for a password, one that hangs, one that is away."""

import base64
import os
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

USER, PASSWORD = "alice", "correct-horse-battery"
_BACKEND = Path(subprocess.run(["git", "--exec-path"], capture_output=True, text=True, check=True).stdout.strip())


class GitServer(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self, folder: Path, port: int = 0) -> None:
        super().__init__(("127.0.0.1", port), _Handler)
        self.folder = folder
        self.is_locked = False
        # Whoever asks waits until it is set.
        self.answers = threading.Event()
        self.answers.set()
        self.asked: list[str] = []
        self.status = 0

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Who hung up meant to."""

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}/project.git"

    @property
    def repository(self) -> Path:
        return self.folder / "project.git"

    def git(self, *words: str) -> str:
        told = subprocess.run(
            ["git", "-c", "user.name=A", "-c", "user.email=a@example.org", *words],
            cwd=self.repository, capture_output=True, text=True, check=True,
        )  # fmt: skip
        return told.stdout.strip()

    def heads(self) -> dict[str, str]:
        lines = self.git("for-each-ref", "--format=%(refname:short) %(objectname)", "refs/heads").splitlines()
        return dict(line.split(" ", 1) for line in lines)

    def commit(self, branch: str, **files: str) -> str:
        """Somebody else's commit, straight into the repository."""
        listed = "".join(
            f"100644 blob {self._blob(text)}\t{name.replace('__', '.')}\n" for name, text in sorted(files.items())
        )
        tree = self._fed("mktree", text=listed)
        parents = [word for oid in [self.heads().get(branch)] if oid for word in ("-p", oid)]
        oid = self.git("commit-tree", tree, *parents, "-m", "By somebody else")
        self.git("update-ref", f"refs/heads/{branch}", oid)
        return oid

    def _blob(self, text: str) -> str:
        return self._fed("hash-object", "-w", "--stdin", text=text)

    def _fed(self, *words: str, text: str) -> str:
        told = subprocess.run(
            ["git", *words], cwd=self.repository, input=text, capture_output=True, text=True, check=True
        )
        return told.stdout.strip()


class _Handler(BaseHTTPRequestHandler):
    server: GitServer

    def do_GET(self) -> None:
        self._answer(b"")

    def do_POST(self) -> None:
        self._answer(self._body())

    def _body(self) -> bytes:
        if self.headers.get("Transfer-Encoding") != "chunked":
            return self.rfile.read(int(self.headers.get("Content-Length") or 0))
        body = b""
        while size := int(self.rfile.readline(), 16):
            body += self.rfile.read(size)
            self.rfile.readline()
        self.rfile.readline()
        return body

    def _answer(self, body: bytes) -> None:
        self.server.asked.append(self.path)
        self.server.answers.wait(60)
        if self.server.status:
            return self._say(self.server.status)
        expected = base64.b64encode(f"{USER}:{PASSWORD}".encode()).decode()
        if self.server.is_locked and self.headers.get("Authorization") != f"Basic {expected}":
            return self._say(401, **{"WWW-Authenticate": 'Basic realm="git"'})
        self._serve(body)
        return None

    def _say(self, status: int, **headers: str) -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def _serve(self, body: bytes) -> None:
        path, _, query = self.path.partition("?")
        about = {
            "GIT_PROJECT_ROOT": str(self.server.folder), "GIT_HTTP_EXPORT_ALL": "1", "PATH_INFO": path,
            "QUERY_STRING": query, "REQUEST_METHOD": self.command, "REMOTE_USER": USER, "REMOTE_ADDR": "127.0.0.1",
            "CONTENT_TYPE": self.headers.get("Content-Type", ""), "CONTENT_LENGTH": str(len(body)),
            "HTTP_CONTENT_ENCODING": self.headers.get("Content-Encoding", ""),
            "GIT_PROTOCOL": self.headers.get("Git-Protocol", ""), "PATH": os.environ["PATH"],
        }  # fmt: skip
        told = subprocess.run([_BACKEND / "git-http-backend"], input=body, env=about, capture_output=True, check=True)
        head, _, content = told.stdout.partition(b"\r\n\r\n")
        headers = dict(line.decode().split(": ", 1) for line in head.split(b"\r\n"))
        self.send_response(int(headers.pop("Status", "200 OK").split()[0]))
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the name is the library's
        """Tests look at `asked`."""


@contextmanager
def serving(folder: Path) -> Iterator[GitServer]:
    """With one empty repository that takes pushes from whoever signs in."""
    subprocess.run(["git", "init", "-q", "--bare", "-b", "main", folder / "project.git"], check=True)
    subprocess.run(["git", "config", "http.receivepack", "true"], cwd=folder / "project.git", check=True)
    with GitServer(folder) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
        thread.start()
        try:
            yield server
        finally:
            server.answers.set()
            server.shutdown()
            thread.join()
