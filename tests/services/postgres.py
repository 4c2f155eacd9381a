"""PostgreSQL with a cluster of its own. It refuses to run as root, who lends it the user that Debian made for it."""

import os
import shutil
import signal
import subprocess
from pathlib import Path

import psycopg

from tests.installations.waiting import free_port
from tests.services.servers import Server

_DEBIAN = Path("/usr/lib/postgresql")


def _program(name: str) -> str:
    """The newest of Debian's, which are not on the path."""
    found = sorted(_DEBIAN.glob(f"*/bin/{name}"), key=lambda path: int(path.parts[-3]))
    return str(found[-1]) if found else name


class Postgres(Server):
    name = "postgres"
    user = "postgres" if os.geteuid() == 0 else None

    def __init__(self, data: Path | None = None) -> None:
        super().__init__()
        self.port, self.data = free_port(), data or self.folder / "data"
        if self.user:
            shutil.chown(self.folder, self.user)
        initdb = [_program("initdb"), "--auth=trust", "--username=djinn", "--encoding=UTF8", "--no-sync"]
        subprocess.run(
            [*initdb, "-D", str(self.data)],
            check=True,
            capture_output=True,
            user=self.user,
            cwd=self.folder,
            env={**os.environ, "LC_ALL": "C.UTF-8"},
        )

    def argv(self) -> list[str]:
        """Nothing here survives a power cut, which no test can make; everything survives a kill."""
        settings = {"listen_addresses": "127.0.0.1", "max_connections": "200", "fsync": "off"}
        options = [word for name, value in settings.items() for word in ("-c", f"{name}={value}")]
        place = ["-D", str(self.data), "-k", str(self.folder), "-p", str(self.port)]
        return [_program("postgres"), *place, *options]

    def answers(self) -> bool:
        try:
            psycopg.connect(self.url("postgres"), connect_timeout=2).close()
        except psycopg.OperationalError:
            return False
        return True

    def kill(self) -> None:
        """Its own word for at once: every connection is cut, and the next start recovers from the log."""
        assert self.process is not None
        self.process.send_signal(signal.SIGQUIT)
        self.process.wait(30)

    def url(self, database: str) -> str:
        return f"postgres://djinn@127.0.0.1:{self.port}/{database}"

    def create(self, database: str) -> str:
        with psycopg.connect(self.url("postgres"), autocommit=True) as connection:
            connection.execute(f'create database "{database}"'.encode())
        return self.url(database)
