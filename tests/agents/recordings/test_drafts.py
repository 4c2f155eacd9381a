"""A folder appears whole or not at all."""

from pathlib import Path

import pytest

from agents.recordings import drafts


def names(folder: Path) -> list[str]:
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*"))


def test_it_appears_when_it_is_whole(tmp_path: Path):
    target = tmp_path / "deep" / "one"
    with drafts.drafted(target) as draft:
        (draft / "a").write_text("a")
        assert not target.exists()
        assert draft.name.startswith(drafts.HIDDEN)
    assert names(tmp_path) == ["deep", "deep/one", "deep/one/a"]


def test_after_a_failure_nothing_is_left(tmp_path: Path):
    with pytest.raises(ZeroDivisionError), drafts.drafted(tmp_path / "one") as draft:
        (draft / "a").write_text("a")
        raise ZeroDivisionError
    assert names(tmp_path) == []


def test_what_is_there_stays_unless_it_is_to_be_replaced(tmp_path: Path):
    (tmp_path / "one").mkdir()
    (tmp_path / "one" / "old").write_text("old")
    with pytest.raises(OSError, match="not empty"), drafts.drafted(tmp_path / "one") as draft:
        (draft / "new").write_text("new")
    assert names(tmp_path) == ["one", "one/old"]
    with drafts.drafted(tmp_path / "one", replaces=True) as draft:
        (draft / "new").write_text("new")
    assert names(tmp_path) == ["one", "one/new"]


def test_to_replace_what_is_not_there_is_to_make_it(tmp_path: Path):
    with drafts.drafted(tmp_path / "one", replaces=True) as draft:
        (draft / "new").write_text("new")
    assert names(tmp_path) == ["one", "one/new"]
