"""git and whatever it starts are bounded in memory and time from their first moment."""

import io
import re
from pathlib import Path

import pytest

from projects import errors
from projects.git import program
from projects.git.addresses import Address
from projects.git.network import Visit
from tests.fakes.git_server import GitServer

# git starts a shell, which starts a program that says what it may take.
ASKED = ("-c", "alias.asked=!cat /proc/self/limits", "asked")


def bounds(said: str) -> tuple[str, str]:
    """The soft and the hard limit of time and of memory must be the same, and are said once."""
    found = dict(re.findall(r"Max (cpu time|address space) +(\w+ +\w+)", said))
    return found["cpu time"], found["address space"]


def twice(number: int) -> re.Pattern[str]:
    return re.compile(rf"{number} +{number}\Z")


def test_what_git_starts_here_is_bounded(tmp_path: Path):
    seconds, memory = bounds(program.run(*ASKED, folder=tmp_path, seconds=7).decode())
    assert twice(8).match(seconds)
    assert twice(program.MEMORY).match(memory)
    with program.start(*ASKED, folder=tmp_path) as process:
        assert process.stdout
        seconds, memory = bounds(process.stdout.read().decode())
    assert twice(901).match(seconds)
    assert twice(program.MEMORY).match(memory)


def test_what_git_starts_on_its_way_to_another_server_is_bounded(elsewhere: GitServer):
    visit = Visit(Address(elsewhere.url), lambda: False)
    assert visit.run(*ASKED) == 0
    seconds, memory = bounds("\n".join(visit.lines))
    assert twice(901).match(seconds)
    assert twice(program.MEMORY).match(memory)


def test_a_lower_bound_that_holds_already_is_no_reason_to_stop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """As in a container, or under a service that has its own."""
    monkeypatch.setattr(program, "BOUNDED", "ulimit -v 1000000\nulimit -t 5\n" + program.BOUNDED)
    seconds, memory = bounds(program.run(*ASKED, folder=tmp_path, seconds=7).decode())
    assert int(memory.split()[0]) <= program.MEMORY
    assert int(seconds.split()[0]) <= 8


def test_more_than_it_may_take_is_not_given(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """git holds a whole object while it reads it."""
    large = io.BytesIO(b"\0" * 128 * 1024**2)
    words = ("-c", "core.bigFileThreshold=1g", "hash-object", "--stdin")
    monkeypatch.setattr(program, "MEMORY", 100 * 1024**2)
    with pytest.raises(errors.GitFailed, match="[Oo]ut of memory"):
        program.run(*words, folder=tmp_path, seconds=20, feed=iter(lambda: large.read(65536), b""))
