"""The broker of files: whole messages, each taken once, oldest first."""

import threading
from collections.abc import Iterator
from pathlib import Path
from queue import Empty

import pytest
from kombu import Connection

from config.broker import Channel


@pytest.fixture
def connection(tmp_path: Path) -> Iterator[Connection]:
    with Connection("folder://localhost", transport_options={"folder": tmp_path}) as made:
        yield made


@pytest.fixture
def channel(connection: Connection) -> Channel:
    found: Channel = connection.default_channel
    return found


def files_in(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.rglob("*") if path.is_file())


def test_messages_come_out_as_they_went_in_oldest_first(channel: Channel, tmp_path: Path) -> None:
    for number in range(3):
        channel._put("generate", {"body": f"{number} é"})
    assert [channel._get("generate")["body"] for _ in range(3)] == ["0 é", "1 é", "2 é"]
    assert files_in(tmp_path) == []


def test_an_empty_queue_says_so(channel: Channel) -> None:
    with pytest.raises(Empty):
        channel._get("generate")


def test_queues_do_not_mix(channel: Channel) -> None:
    channel._put("generate", {"body": "a"})
    with pytest.raises(Empty):
        channel._get("sandbox")
    assert (channel._size("generate"), channel._size("sandbox")) == (1, 0)


def test_a_message_half_written_is_not_seen(channel: Channel, tmp_path: Path) -> None:
    channel._put("generate", {"body": "a"})
    (tmp_path / "drafts" / "killed").write_text('{"bo')
    assert channel._get("generate") == {"body": "a"}
    with pytest.raises(Empty):
        channel._get("generate")


def test_many_writers_and_readers_lose_and_double_nothing(tmp_path: Path) -> None:
    taken: list[int] = []
    written = threading.Barrier(9)

    def write(first: int) -> None:
        with Connection("folder://localhost", transport_options={"folder": tmp_path}) as connection:
            for number in range(first, first + 100):
                connection.default_channel._put("generate", {"number": number})
        written.wait()

    def read(done: threading.Event) -> None:
        with Connection("folder://localhost", transport_options={"folder": tmp_path}) as connection:
            while True:
                is_last_look = done.is_set()
                try:
                    taken.append(connection.default_channel._get("generate")["number"])
                except Empty:
                    if is_last_look:
                        return

    done = threading.Event()
    threads = [threading.Thread(target=write, args=(n * 100,)) for n in range(8)]
    threads += [threading.Thread(target=read, args=(done,)) for _ in range(4)]
    for thread in threads:
        thread.start()
    written.wait()
    done.set()
    for thread in threads:
        thread.join()
    assert sorted(taken) == list(range(800))


def test_a_purge_empties_one_queue(channel: Channel) -> None:
    channel._put("generate", {"body": "a"})
    channel._put("sandbox", {"body": "b"})
    assert channel._purge("generate") == 1
    assert (channel._size("generate"), channel._size("sandbox")) == (0, 1)


@pytest.mark.parametrize("name", ["../etc", "a/b", "", "a.b"])
def test_a_queue_cannot_leave_the_folder(channel: Channel, name: str) -> None:
    with pytest.raises(ValueError, match="cannot be the name of a queue"):
        channel._put(name, {"body": "a"})
