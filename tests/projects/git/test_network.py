"""git against a real server: signed in, refused, silent, away, stopped; and quiet about passwords all the while."""

import os
import subprocess
import sys
import threading
import time
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import pytest

from projects import errors
from projects.exports import pushing
from projects.git.addresses import Address
from projects.git.network import LIMITS, Interrupted, Limits, Visit
from projects.imports import clone
from tests.fakes.git_server import PASSWORD, USER, GitServer
from tests.installation import wait_for


def commands(word: str) -> list[str]:
    """Of every living process that has this word among its own."""
    found = []
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        with suppress(OSError):
            found.append(path.read_bytes().decode(errors="replace").replace("\0", " "))
    return [command for command in found if word in command]


def visit(server: GitServer, password: str = "", limits: Limits = LIMITS, should_stop=lambda: False) -> Visit:
    return Visit(Address(server.url, USER if password else "", password), should_stop, limits)


@pytest.fixture
def cloned(elsewhere: GitServer, tmp_path: Path) -> Path:
    """A repository of ours with two commits; the server has them too."""
    elsewhere.commit("main", a__txt="1")
    elsewhere.commit("main", a__txt="2")
    folder = tmp_path / "ours.git"
    clone.clone(folder, visit(elsewhere))
    return folder


def trouble(run) -> errors.RemoteTrouble:
    with pytest.raises(errors.RemoteTrouble) as refused:
        run()
    return refused.value


def test_branches_come_and_tags_do_not(elsewhere: GitServer, tmp_path: Path):
    oid = elsewhere.commit("main", a__txt="1")
    elsewhere.commit("side", b__txt="2")
    elsewhere.git("tag", "v1", oid)
    clone.clone(tmp_path / "ours.git", visit(elsewhere))
    packed = (tmp_path / "ours.git" / "packed-refs").read_text()
    assert ("refs/heads/main" in packed, "refs/heads/side" in packed, "refs/tags" in packed) == (True, True, False)


def test_only_what_the_server_lacks_is_pushed(elsewhere: GitServer, cloned: Path):
    heads = elsewhere.heads()
    assert pushing.push(cloned, {**heads, "copy": heads["main"]}, visit(elsewhere)).pushed == {
        "main": heads["main"], "copy": heads["main"],
    }  # fmt: skip
    assert elsewhere.heads() == {"main": heads["main"], "copy": heads["main"]}


def test_what_others_put_there_is_never_overwritten(elsewhere: GitServer, cloned: Path):
    ours = elsewhere.heads()["main"]
    theirs = elsewhere.commit("main", a__txt="3")
    outcome = pushing.push(cloned, {"main": ours, "new": ours}, visit(elsewhere))
    assert (outcome.pushed, set(outcome.refused)) == ({"new": ours}, {"main"})
    told = pushing.trouble_of(outcome, "127.0.0.1")
    assert told.code == "conflict"
    assert "has commits on main that this project does not have" in str(told)
    assert elsewhere.heads()["main"] == theirs


def test_the_right_password_is_taken_and_told_to_nobody(elsewhere: GitServer, cloned: Path):
    elsewhere.is_locked = True
    going = visit(elsewhere, PASSWORD)
    assert pushing.push(cloned, elsewhere.heads(), going).pushed
    assert PASSWORD not in "\n".join(going.lines)


@pytest.mark.parametrize("before", [1990, 65530])
def test_a_password_over_a_cut_is_told_to_nobody(before: int):
    """Of a long line, and between two pieces of what is read."""
    going = Visit(Address("https://git.example/x.git", USER, "correct-horse-battery"), lambda: False)
    says = f"import sys; sys.stdout.write('x' * {before} + 'correct-horse-battery' + 'y' * 10)"
    with subprocess.Popen([sys.executable, "-c", says], stdout=subprocess.PIPE) as process:
        going._listen(process)
    assert "correct" not in "".join(going.lines)
    assert "battery" not in "".join(going.lines)


def test_a_token_in_the_place_of_the_user_name_is_told_to_nobody():
    going = Visit(Address("https://git.example/x.git", "correct-horse-battery"), lambda: False)
    with subprocess.Popen(["echo", "for correct-horse-battery"], stdout=subprocess.PIPE) as process:
        going._listen(process)
    assert going.lines == ["for [secret password]"]


@pytest.mark.parametrize("password", ["", "wrong-password"])
def test_a_wrong_password_is_refused_in_a_sentence(elsewhere: GitServer, cloned: Path, password: str):
    elsewhere.is_locked = True
    going = visit(elsewhere, password)
    told = trouble(lambda: pushing.push(cloned, elsewhere.heads(), going))
    assert (told.code, str(told)) == (
        "auth",
        f"127.0.0.1:{elsewhere.server_address[1]} refused the user name or the password.",
    )


@pytest.mark.parametrize(
    ("status", "code"), [(500, "provider_down"), (503, "provider_down"), (403, "auth"), (404, "invalid_input"),
                         (429, "rate_limit"), (302, "invalid_input")],
)  # fmt: skip
def test_what_a_server_answers_is_told_as_a_code(elsewhere: GitServer, tmp_path: Path, status: int, code: str):
    elsewhere.status = status
    assert trouble(lambda: clone.clone(tmp_path / "ours.git", visit(elsewhere))).code == code


def test_a_server_that_is_away_is_worth_another_try(elsewhere: GitServer, tmp_path: Path):
    going = visit(elsewhere)
    elsewhere.server_close()
    assert trouble(lambda: clone.clone(tmp_path / "ours.git", going)).code == "provider_down"


def test_a_server_that_is_silent_is_left(elsewhere: GitServer, tmp_path: Path):
    elsewhere.answers.clear()
    began = time.monotonic()
    told = trouble(lambda: clone.clone(tmp_path / "ours.git", visit(elsewhere, limits=replace(LIMITS, silence=0.5))))
    assert told.code == "timeout"
    assert time.monotonic() - began < 5


def test_a_stop_is_heeded_within_a_second_and_nothing_stays(elsewhere: GitServer, tmp_path: Path):
    elsewhere.answers.clear()
    stop = threading.Event()
    going = visit(elsewhere, PASSWORD, should_stop=stop.is_set)
    ended: list[float] = []

    def go() -> None:
        with pytest.raises(Interrupted):
            clone.clone(tmp_path / "ours.git", going)
        ended.append(time.monotonic())

    thread = threading.Thread(target=go)
    thread.start()
    wait_for(lambda: bool(elsewhere.asked), seconds=20, what="the first question")
    assert any("clone" in command for command in commands(elsewhere.url))
    assert not any(PASSWORD in command for command in commands(elsewhere.url))
    pressed = time.monotonic()
    stop.set()
    thread.join(10)
    assert ended[0] - pressed < 3  # a second, on a machine with nothing else to do
    wait_for(lambda: commands(elsewhere.url) == [], seconds=5, what="the end of every process")


def test_a_repository_that_grows_too_large_is_refused(elsewhere: GitServer, tmp_path: Path):
    elsewhere.commit("main", a=os.urandom(400_000).hex())
    limits = replace(LIMITS, size=100_000)
    with pytest.raises(errors.TooLarge, match="larger than 0 MB"):
        clone.clone(tmp_path / "ours.git", visit(elsewhere, limits=limits))


def test_nobody_is_asked_for_anything_and_no_configuration_of_anybody_counts(
    elsewhere: GitServer, cloned: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
):
    (tmp_path / ".gitconfig").write_text(f'[url "file:///nowhere"]\n\tinsteadOf = {elsewhere.url}\n')
    heads, going = elsewhere.heads(), visit(elsewhere)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("GIT_SSL_NO_VERIFY", "1")
    assert pushing.push(cloned, heads, going).pushed
