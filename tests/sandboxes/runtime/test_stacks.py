"""What this machine can run, and the packages it prepares for that."""

import threading
import time
from pathlib import Path

import pytest
from pytest_django.fixtures import Settings

from sandboxes import stacks as kinds
from sandboxes.errors import Stopped, TemplateFailed
from sandboxes.runtime import stacks


@pytest.mark.box
def test_this_machine_runs_every_stack() -> None:
    assert stacks.available() == ("static", "react-vite", "python")


def test_without_a_back_end_only_plain_pages_run(settings: Settings) -> None:
    settings.SANDBOX_BACKEND = "none"
    assert stacks.available() == ("static",)


@pytest.mark.box
def test_without_node_no_react(monkeypatch: pytest.MonkeyPatch) -> None:
    stacks.available()  # the back end has looked for its own tools
    monkeypatch.setenv("PATH", "/nowhere")
    assert stacks.available() == ("static", "python")


def test_two_workers_at_once_fetch_once(settings: Settings, tmp_path: Path) -> None:
    settings.DJINN_HOME = tmp_path
    lines: list[list[str]] = [[], []]
    places: list[Path] = []
    threads = [
        threading.Thread(target=lambda mine=mine: places.append(stacks.prepare(kinds.PYTHON, mine.append)))
        for mine in lines
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(120)
    assert places == [stacks.place(kinds.PYTHON)] * 2
    assert (places[0] / "site-packages" / "flask" / "app.py").is_file()
    assert sorted(bool(mine) for mine in lines) == [False, True]
    assert [path.name for path in (tmp_path / "templates").iterdir() if path.suffix == ".draft"] == []


def test_a_draft_a_killed_worker_left_is_cleared(settings: Settings, tmp_path: Path) -> None:
    settings.DJINN_HOME = tmp_path
    ready = stacks.place(kinds.PYTHON)
    draft = ready.parent / f"{ready.name}-left.draft"
    draft.mkdir(parents=True)
    stacks._clear_drafts(ready)
    assert not draft.exists()


def test_a_failure_says_what_the_program_said(
    settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.DJINN_HOME = tmp_path
    for name in ("PIP_INDEX_URL", "PIP_EXTRA_INDEX_URL", "PIP_FIND_LINKS"):
        monkeypatch.setenv(name, "file:///nowhere")
    monkeypatch.setenv("PIP_CONFIG_FILE", "/dev/null")
    with pytest.raises(TemplateFailed, match="(?i)no matching distribution"):
        stacks.prepare(kinds.PYTHON)
    assert not stacks.place(kinds.PYTHON).exists()


def test_a_missing_program_is_named(settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    settings.DJINN_HOME = tmp_path
    monkeypatch.setenv("PATH", "/nowhere")
    with pytest.raises(TemplateFailed, match="npm could not be started"):
        stacks.prepare(kinds.REACT_VITE)


def test_fetching_can_be_stopped(settings: Settings, tmp_path: Path) -> None:
    settings.DJINN_HOME = tmp_path
    began = time.monotonic()
    with pytest.raises(Stopped):
        stacks.prepare(kinds.PYTHON, should_stop=lambda: True)
    assert time.monotonic() - began < 1.0
    assert not stacks.place(kinds.PYTHON).exists()


def test_other_pins_are_another_place(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    before = stacks.place(kinds.PYTHON)
    (tmp_path / "python").mkdir()
    (tmp_path / "python" / "requirements.txt").write_text("flask==3.0.0\n")
    monkeypatch.setattr(stacks, "_SOURCES", tmp_path)
    assert stacks.place(kinds.PYTHON) != before


def test_keys_do_not_reach_the_package_managers(monkeypatch: pytest.MonkeyPatch) -> None:
    from sandboxes.runtime import fetching

    monkeypatch.setenv("OPENROUTER_API_KEY", "secret")
    monkeypatch.setenv("DJINN_SECRET_KEY", "secret")
    monkeypatch.setenv("PIP_INDEX_URL", "https://index.example")
    passed = fetching._environment()
    assert "secret" not in passed.values()
    assert passed["PIP_INDEX_URL"] == "https://index.example"
