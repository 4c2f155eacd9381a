"""This process's one connection to a Docker engine. Its calls block, so they run in a few threads of their own."""

import asyncio
import os
import ssl
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import docker
import requests
from docker.tls import TLSConfig
from docker.utils import parse_host

from sandboxes.backends import base

T = TypeVar("T")

THREADS = 8
SECONDS = 30.0
"""A call that takes longer is given up; the thread ends when the connection does."""
CONNECTION_SECONDS = 90


class Missing(base.Unavailable):
    """The engine answers, and has no such thing."""


@dataclass(frozen=True)
class Address:
    """As `docker` itself reads DOCKER_HOST, DOCKER_TLS_VERIFY and DOCKER_CERT_PATH."""

    host: str = ""
    tls_verify: bool = False
    certificates: str = ""

    @property
    def url(self) -> str:
        found: str = parse_host(self.host or None, tls=self.is_encrypted)
        return found

    @property
    def is_encrypted(self) -> bool:
        return bool(self.tls_verify or self.certificates)

    @property
    def folder(self) -> Path:
        return Path(self.certificates) if self.certificates else Path.home() / ".docker"

    def tls(self) -> Any:
        if not self.is_encrypted:
            return None
        pair = (str(self.folder / "cert.pem"), str(self.folder / "key.pem"))
        return TLSConfig(client_cert=pair, ca_cert=str(self.folder / "ca.pem"), verify=self.tls_verify)

    def context(self) -> ssl.SSLContext | None:
        """For the wires, which are not docker-py's."""
        if not self.is_encrypted:
            return None
        made = ssl.create_default_context(cafile=str(self.folder / "ca.pem"))
        made.check_hostname = self.tls_verify
        made.verify_mode = ssl.CERT_REQUIRED if self.tls_verify else ssl.CERT_NONE
        made.load_cert_chain(self.folder / "cert.pem", self.folder / "key.pem")
        return made


class Engine:
    def __init__(self, address: Address) -> None:
        self.address = address
        self._lock = threading.Lock()
        self._owner, self._threads = 0, ThreadPoolExecutor(THREADS)
        self._client: Any = None

    async def call(self, work: Callable[[Any], T], *, seconds: float = SECONDS) -> T:
        """The client is docker-py's; what it raises comes back as a sentence."""
        loop = asyncio.get_running_loop()
        try:
            async with asyncio.timeout(seconds):
                return await loop.run_in_executor(self._pool(), self.do, work)
        except TimeoutError as silent:
            raise base.Unavailable("The Docker engine takes too long to answer.") from silent

    def do(self, work: Callable[[Any], T]) -> T:
        """The same from a thread that may block."""
        try:
            return work(self._connected())
        except docker.errors.NotFound as missing:
            raise Missing(_said(missing)) from missing
        except docker.errors.APIError as refused:
            raise base.Unavailable(f"The Docker engine refused: {_said(refused)}") from refused
        except (docker.errors.DockerException, requests.RequestException, OSError) as gone:
            self._forget()
            raise base.Unavailable(f"No Docker engine answers at {self._place()}.") from gone

    def _place(self) -> str:
        return self.address.host or "its usual place; if it is elsewhere, set DOCKER_HOST"

    def _pool(self) -> ThreadPoolExecutor:
        with self._lock:
            self._adopt()
            return self._threads

    def _connected(self) -> Any:
        with self._lock:
            self._adopt()
            if self._client is None:
                self._client = docker.APIClient(
                    base_url=self.address.url,
                    tls=self.address.tls(),
                    version="auto",
                    timeout=CONNECTION_SECONDS,
                    max_pool_size=THREADS,
                )
            return self._client

    def _adopt(self) -> None:
        """A forked child has neither the threads of its parent nor connections it could share with it."""
        if self._owner != os.getpid():
            self._owner, self._client, self._threads = os.getpid(), None, ThreadPoolExecutor(THREADS)

    def _forget(self) -> None:
        with self._lock:
            gone, self._client = self._client, None
        if gone:
            gone.close()


def _said(answer: docker.errors.APIError) -> str:
    return " ".join(str(answer.explanation or answer).split())[:500]
