"""An answer to git: whoever asks nonsense or hangs up harms nobody, and damage is told."""

import asyncio
import os
import subprocess
import tempfile
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import IO

import pytest

from projects.exports import upload
from projects.exports.upload import Answer
from projects.git import packets, repository
from projects.services import files
from tests.installations.waiting import wait_for
from tests.people import People

pytestmark = pytest.mark.django_db

LOST = b"want " + b"a" * 40 + b"\n"
NONSENSE = [
    (packets.together([packets.line(LOST)]) + packets.line(b"done\n"), ""),
    (b"zzzz", ""),
    (packets.line(b"command=fetch") + b"0001" + packets.together([packets.line(LOST), packets.line(b"done\n")]), "2"),
    (packets.together([packets.line(b"command=nonsense")]), "2"),
]


@pytest.fixture
def folder(people: People) -> Path:
    files.save(people.main, "a", os.urandom(2000), by=people.owner)
    return repository.ready(people.project).folder


def said(folder: Path, question: bytes, protocol: str, on_failure) -> bytes:
    async def read(answer: Answer) -> bytes:
        return b"".join([piece async for piece in answer])

    with tempfile.TemporaryFile() as file:
        file.write(question)
        file.seek(0)
        answer = Answer(folder, file, f"version={protocol}", on_failure)
    return asyncio.run(read(answer))


@pytest.mark.parametrize(("question", "protocol"), NONSENSE)
def test_nonsense_does_not_throw_the_repository_away(people: People, folder: Path, question: bytes, protocol: str):
    (folder / "same").touch()
    for _ in range(2):
        said(folder, question, protocol, lambda: repository.doubt(people.project))
        assert (repository.ready(people.project).folder / "same").exists()


def test_a_repository_over_which_git_gives_up_is_made_again_if_it_is_damaged(people: People, folder: Path):
    (folder / "same").touch()
    [pack] = folder.glob("objects/pack/*.pack")
    content = bytearray(pack.read_bytes())
    content[-60] ^= 255  # of the commit, which git reads; contents it hands on unread
    pack.chmod(0o600)
    pack.write_bytes(content)
    head = repository.ready(people.project).refs["main"].encode()
    wish = packets.together([packets.line(b"want " + head + b" side-band-64k\n")]) + packets.line(b"done\n")
    said(folder, wish, "0", lambda: repository.doubt(people.project))
    assert (folder / repository.DOUBTED).exists()
    assert not (repository.ready(people.project).folder / "same").exists()
    verified = subprocess.run(["git", "--git-dir", folder, "fsck", "--full"], capture_output=True, check=False)
    assert verified.returncode == 0


@pytest.fixture
def endless() -> Iterator[IO[bytes]]:
    """A question that is never said to its end, so git waits."""
    read, write = os.pipe()
    with os.fdopen(read, "rb") as question, os.fdopen(write, "wb"):
        yield question


def test_who_hangs_up_leaves_nothing_behind(folder: Path, endless: IO[bytes], monkeypatch: pytest.MonkeyPatch):
    """A thread is waiting for the next piece just then; it must end, and read from no other file."""
    monkeypatch.setattr(upload, "_places", threading.BoundedSemaphore(1))
    told: list[str] = []
    answer = Answer(folder, endless, "", lambda: told.append("failure"))

    async def hang_up() -> None:
        reading = asyncio.ensure_future(anext(aiter(answer)))
        while not answer._reading.locked():
            await asyncio.sleep(0.001)
        reading.cancel()
        await asyncio.wait([reading])

    asyncio.run(asyncio.wait_for(hang_up(), 20))
    answer.close()
    wait_for(lambda: not answer._reading.locked(), seconds=5, what="the end of the thread")
    assert answer._next() == b""
    assert told == []
    assert answer._process.returncode is not None
    assert upload._places.acquire(blocking=False)
