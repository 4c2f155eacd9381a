"""Log lines for people and for machines, from structlog and from plain logging alike."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

SAY = """
import logging, structlog, django
django.setup()
structlog.get_logger("ours").warning("A thing happened.", project="p1")
logging.getLogger("theirs").warning("Another, by %s.", "a library")
structlog.get_logger("ours").info("quiet")
"""
FAIL = """
import structlog, django
django.setup()
def fail(key):
    raise ValueError("broken")
try:
    fail("sk-very-" + "secret")
except ValueError:
    structlog.get_logger("ours").exception("It failed.")
"""


def said(home: Path, program: str = SAY, **environment: str) -> list[str]:
    result = subprocess.run(
        [sys.executable, "-c", program],
        env={**os.environ, "DJANGO_SETTINGS_MODULE": "config.settings", "DJINN_HOME": str(home), **environment},
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    return result.stderr.splitlines()


def test_for_machines_each_line_is_one_object(tmp_path: Path) -> None:
    ours, theirs = [json.loads(line) for line in said(tmp_path, DJINN_LOG_FORMAT="json", DJINN_LOG_LEVEL="WARNING")]
    assert (ours["event"], ours["project"], ours["level"], ours["logger"]) == (
        "A thing happened.",
        "p1",
        "warning",
        "ours",
    )
    assert (theirs["event"], theirs["logger"]) == ("Another, by a library.", "theirs")
    assert ours["timestamp"].endswith("Z")


def test_for_people_it_reads_as_a_sentence(tmp_path: Path) -> None:
    ours, theirs = said(tmp_path, DJINN_LOG_LEVEL="WARNING")
    assert "A thing happened." in ours
    assert "Another, by a library." in theirs


def test_the_level_decides_how_much_is_said(tmp_path: Path) -> None:
    assert len(said(tmp_path, DJINN_LOG_LEVEL="INFO")) == 3
    assert len(said(tmp_path, DJINN_LOG_LEVEL="ERROR")) == 0


@pytest.mark.parametrize("form", ["plain", "json"])
def test_a_traceback_is_told_without_the_values_of_variables(tmp_path: Path, form: str) -> None:
    text = "\n".join(said(tmp_path, FAIL, DJINN_LOG_FORMAT=form))
    assert "ValueError: broken" in text
    assert "very-secret" not in text
