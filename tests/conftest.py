"""Fixtures and rules for everyone."""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import settings
from django.core.cache import cache

# What a marked test needs. In CI (DJINN_NO_SKIPS) nothing is left out, so a missing tool fails.
TOOLS = {"box": "bwrap", "browser": "chromium", "node": "npm"}
NO_SKIPS = bool(os.environ.get("DJINN_NO_SKIPS"))
skipped: list[str] = []


@pytest.fixture(autouse=True)
def _fresh_cache() -> Iterator[None]:
    """Rate limits live in the cache; one test's attempts are not the next one's."""
    yield
    cache.clear()


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    if NO_SKIPS:
        return
    absent = {marker for marker, program in TOOLS.items() if shutil.which(program) is None}
    left_out = [item for item in items if any(item.get_closest_marker(marker) for marker in absent)]
    if left_out:
        config.hook.pytest_deselected(items=left_out)
        items[:] = [item for item in items if item not in left_out]


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    if report.skipped and not hasattr(report, "wasxfail"):
        skipped.append(report.nodeid)


def pytest_sessionfinish(session: pytest.Session, exitstatus: int) -> None:
    if NO_SKIPS and skipped and exitstatus == 0:
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    if NO_SKIPS and skipped:
        terminalreporter.write_line(f"{len(skipped)} skipped, and here a skip is a failure: {', '.join(skipped)}")


def pytest_unconfigure(config: pytest.Config) -> None:
    home = Path(settings.DJINN_HOME)
    if home.name.startswith("djinn-tests-"):
        shutil.rmtree(home, ignore_errors=True)
