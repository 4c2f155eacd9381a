"""The packages each kind of app begins with: fetched once, whole or not at all."""

import threading
from pathlib import Path

import pytest

from sandboxes.backends import fetching, prepared
from sandboxes.errors import Stopped, TemplateFailed

Lines = list[str]


def never() -> bool:
    return False


def test_two_workers_at_once_fetch_once(tmp_path: Path) -> None:
    lines: list[Lines] = [[], []]
    places: list[Path] = []
    threads = [
        threading.Thread(
            target=lambda mine=mine: places.append(prepared.prepare(tmp_path, "python", mine.append, never))
        )
        for mine in lines
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(120)
    assert places == [prepared.place(tmp_path, "python")] * 2
    assert (places[0] / "site-packages" / "flask" / "app.py").is_file()
    assert sorted(bool(mine) for mine in lines) == [False, True]
    assert [path.name for path in (tmp_path / "templates").iterdir() if path.suffix == ".draft"] == []


def test_waiting_for_the_other_can_be_stopped(tmp_path: Path) -> None:
    lock = prepared.place(tmp_path, "python").with_suffix(".lock")
    with prepared.only_one(lock, never), pytest.raises(Stopped):
        prepared.prepare(tmp_path, "python", lambda _: None, lambda: True)


def test_a_draft_a_killed_worker_left_is_cleared(tmp_path: Path) -> None:
    ready = prepared.place(tmp_path, "python")
    draft = ready.parent / f"{ready.name}-left.draft"
    draft.mkdir(parents=True)
    prepared.clear_drafts(ready)
    assert not draft.exists()


def test_a_failure_says_what_the_program_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("PIP_INDEX_URL", "PIP_EXTRA_INDEX_URL", "PIP_FIND_LINKS"):
        monkeypatch.setenv(name, "file:///nowhere")
    monkeypatch.setenv("PIP_CONFIG_FILE", "/dev/null")
    with pytest.raises(TemplateFailed, match="(?i)no matching distribution"):
        prepared.prepare(tmp_path, "python", lambda _: None, never)
    assert not prepared.place(tmp_path, "python").exists()


def test_a_missing_program_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "/nowhere")
    with pytest.raises(TemplateFailed, match="npm could not be started"):
        prepared.prepare(tmp_path, "react-vite", lambda _: None, never)


def test_fetching_that_is_stopped_leaves_nothing(tmp_path: Path) -> None:
    with pytest.raises(Stopped):
        prepared.prepare(tmp_path, "python", lambda _: None, lambda: True)
    assert not prepared.place(tmp_path, "python").exists()


def test_other_pins_are_another_place(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    before = prepared.place(tmp_path, "python")
    (tmp_path / "python").mkdir()
    (tmp_path / "python" / "requirements.txt").write_text("flask==3.0.0\n")
    monkeypatch.setattr(prepared, "SOURCES", tmp_path)
    assert prepared.place(tmp_path, "python") != before


def test_keys_do_not_reach_the_package_managers(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENROUTER_API_KEY", "secret")
    monkeypatch.setenv("DJINN_SECRET_KEY", "secret")
    monkeypatch.setenv("PIP_INDEX_URL", "https://index.example")
    passed = fetching._environment()
    assert "secret" not in passed.values()
    assert passed["PIP_INDEX_URL"] == "https://index.example"
