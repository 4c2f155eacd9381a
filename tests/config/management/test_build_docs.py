"""`manage.py build_docs`."""

from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command


def test_a_stale_document_fails_the_check_and_is_left_alone(settings, tmp_path: Path) -> None:
    settings.BASE_DIR = _copy(settings.BASE_DIR, tmp_path)
    document = settings.BASE_DIR / "docs" / "settings.md"
    document.write_text("old")
    with pytest.raises(CommandError, match="docs/settings.md"):
        call_command("build_docs", check=True)
    assert document.read_text() == "old"


def test_building_writes_what_has_changed_and_then_the_check_passes(settings, tmp_path: Path) -> None:
    settings.BASE_DIR = _copy(settings.BASE_DIR, tmp_path)
    out = StringIO()
    call_command("build_docs", stdout=out)
    assert "written: docs/job-states.md" in out.getvalue()
    call_command("build_docs", check=True)
    again = StringIO()
    call_command("build_docs", stdout=again)
    assert again.getvalue() == ""


def test_the_settings_name_every_variable_with_its_meaning(settings) -> None:
    text = (settings.BASE_DIR / "docs" / "settings.md").read_text()
    rows = [line.split("|") for line in text.splitlines() if line.startswith("| `")]
    assert {row[1].strip() for row in rows} >= {"`PORT`", "`DJINN_HOME`", "`DJINN_MODEL`"}
    assert all(row[3].strip() for row in rows)


def _copy(base: Path, place: Path) -> Path:
    (place / "docs").mkdir()
    (place / "config").mkdir()
    (place / "config" / "settings.py").write_text((base / "config" / "settings.py").read_text())
    return place
