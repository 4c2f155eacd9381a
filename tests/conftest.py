"""Fixtures and rules for everyone."""

import gc
import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import settings
from django.core.cache import cache
from hypothesis import settings as effort
from pytest_django.plugin import DjangoDbBlocker

from tests import connections, emptying

# What a marked test needs. In CI (DJINN_NO_SKIPS) nothing is left out, so a missing tool fails.
TOOLS = {"box": "bwrap", "browser": "chromium", "node": "npm", "docker": "docker", "services": "redis-server"}

# Whoever asks for one of these, itself or through a fixture, touches the database.
DATABASE = {"db", "transactional_db", "django_db_reset_sequences", "live_server"}

# What starts processes goes first: no worker of the suite sits over a long file alone at the end.
FIRST = ("faults", "journeys", "config", "attacks", "sandboxes", "ui")

# Nor over a long group: these go in the order of how long they take, the longest first.
GROUPS = ("faults", "journeys", "points-scaled", "points-embedded")

# Few examples at every commit, many in `make long`. A busy machine is slow and not wrong: no deadline.
effort.register_profile("often", max_examples=50, deadline=None)
effort.register_profile("thorough", max_examples=500, deadline=None)
effort.load_profile("often")

NO_SKIPS = bool(os.environ.get("DJINN_NO_SKIPS"))
skipped: list[str] = []


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> None:
    with django_db_blocker.unblock():
        emptying.begin()


@pytest.fixture(autouse=True)
def _fresh_cache() -> Iterator[None]:
    """Rate limits live in the cache; one test's attempts are not the next one's."""
    yield
    cache.clear()


@pytest.fixture(autouse=True)
def _connections_given_back() -> Iterator[None]:
    """Last of all, when the threads of the test should have ended."""
    yield
    if settings.IS_SCALED and (lost := connections.settle()) > 0:
        connections.forget()
        pytest.fail(f"{lost} connections to the database were not given back.")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--scaled", action="store_true", help="only what touches database, layer or broker, on real ones")


def pytest_configure(config: pytest.Config) -> None:
    if config.getoption("--scaled") and not settings.IS_SCALED:
        raise pytest.UsageError("--scaled wants DATABASE_URL and REDIS_URL; `make test-scaled` gives both.")


def pytest_collection_finish() -> None:
    """What is there by now stays to the end: a collector that looks at it over and over finds nothing."""
    gc.collect()
    gc.freeze()


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    absent = set() if NO_SKIPS else {marker for marker, program in TOOLS.items() if shutil.which(program) is None}
    kept = [item for item in items if not any(item.get_closest_marker(marker) for marker in absent)]
    if config.getoption("--scaled"):
        kept = [item for item in kept if touches_services(item)]
    if left_out := set(items).difference(kept):
        config.hook.pytest_deselected(items=list(left_out))
        items[:] = kept
    if config.getoption("loadgroup", False):
        keep_groups(items)
    items.sort(key=lambda item: (turn(item), place(item.path.relative_to(Path(__file__).parent).parts[0])))


def keep_groups(items: list[pytest.Item]) -> None:
    """Tests of a group share what is dear, and so a process. xdist reads the group from the end of an id, and writes
    it where this pytest does not look for it any more."""
    for item in items:
        if group := item.get_closest_marker("xdist_group"):
            item._id = item._id.parse(f"{item.nodeid}@{group.args[0]}")


def turn(item: pytest.Item) -> int:
    found = item.get_closest_marker("xdist_group")
    return GROUPS.index(found.args[0]) if found and found.args[0] in GROUPS else len(GROUPS)


def place(folder: str) -> int:
    return FIRST.index(folder) if folder in FIRST else len(FIRST)


def touches_services(item: pytest.Item) -> bool:
    """Chosen by what a test asks for, so that a new one cannot be forgotten; what asks for none of it is marked."""
    is_marked = any(item.get_closest_marker(marker) for marker in ("django_db", "shape"))
    return is_marked or not DATABASE.isdisjoint(getattr(item, "fixturenames", ()))


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    if report.skipped and not hasattr(report, "wasxfail"):
        skipped.append(report.nodeid)


def pytest_sessionfinish(session: pytest.Session, exitstatus: int) -> None:
    if NO_SKIPS and skipped and exitstatus == 0:
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    tell_figures(terminalreporter)
    if NO_SKIPS and skipped:
        terminalreporter.write_line(f"{len(skipped)} skipped, and here a skip is a failure: {', '.join(skipped)}")


def tell_figures(terminalreporter: pytest.TerminalReporter) -> None:
    """What tests measured: `record_property("figure", …)` comes through to here, also from another process."""
    for report in (*terminalreporter.getreports("passed"), *terminalreporter.getreports("failed")):
        for name, figure in report.user_properties if report.when == "call" else ():
            if name == "figure":
                terminalreporter.write_line(f"{figure}")


def pytest_unconfigure(config: pytest.Config) -> None:
    home = Path(settings.DJINN_HOME)
    if home.name.startswith("djinn-tests-"):
        shutil.rmtree(home, ignore_errors=True)
