"""What this machine can run, and the packages it prepares for that."""

import functools
import time
from pathlib import Path

import pytest
from pytest_django.fixtures import Settings

from sandboxes import stacks as kinds
from sandboxes.backends import prepared
from sandboxes.errors import Stopped
from sandboxes.runtime import stacks
from sandboxes.wire import boxes


@pytest.mark.box
def test_this_machine_runs_every_stack() -> None:
    assert stacks.available() == ("static", "react-vite", "vue-vite", "node-api", "python")


def test_without_a_back_end_only_plain_pages_run(settings: Settings) -> None:
    settings.SANDBOX_BACKEND = "none"
    assert stacks.available() == ("static",)


@pytest.mark.box
def test_without_node_no_react(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    stacks.available()  # the back end has tried its walls, for which it needs programs too
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(boxes, "_probed", {})
    assert stacks.available() == ("static", "python")


@pytest.mark.box
def test_packages_are_there_once_they_were_prepared(settings: Settings) -> None:
    lines: list[str] = []
    stacks.prepare(kinds.PYTHON, lines.append)
    stacks.prepare(kinds.PYTHON, lines.append)
    assert (prepared.place(settings.DJINN_HOME, "python") / "site-packages" / "flask" / "app.py").is_file()


@pytest.mark.box
def test_fetching_can_be_stopped(settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    settings.DJINN_HOME = tmp_path
    monkeypatch.setattr(boxes, "every", functools.cache(boxes.every.__wrapped__))
    began = time.monotonic()
    with pytest.raises(Stopped):
        stacks.prepare(kinds.PYTHON, should_stop=lambda: True)
    assert time.monotonic() - began < 1.0
    assert not prepared.place(tmp_path, "python").exists()


@pytest.mark.box
def test_what_cannot_be_prepared_ahead_is_only_remarked(
    settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "templates").write_text("a file where a folder should be")
    settings.DJINN_HOME = tmp_path
    monkeypatch.setattr(boxes, "every", functools.cache(boxes.every.__wrapped__))
    stacks.prepare_all()
    assert "What Python with Flask needs could not be prepared" in caplog.text
