"""A branch's console: read, counted, summed up for a model, cleared."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from projects.models import Branch
from projects.services import branches
from sandboxes.console import keeping
from sandboxes.console.lines import Batch, Line
from sandboxes.models import Complaint, ConsoleEntry, Sandbox
from sandboxes.services import console
from tests.sandboxes import apps
from tests.sandboxes.conftest import MakeApp, apply

STACK = (
    "    at Shelf (src/Shelf.tsx:12:5)\n    at render (node_modules/react/index.js:1:1)\n    at main (src/main.tsx:3:1)"
)


@pytest.fixture
def branch(make_app: MakeApp) -> Branch:
    return make_app(apps.STATIC).branch


def say(branch: Branch, *lines: Line, dropped: int = 0) -> None:
    console.report(branch, Batch("/books", lines, dropped))


def fill(branch: Branch) -> None:
    say(branch, Line("console", "log", "queue", count=3), Line("error", "error", "TypeError: no shelf", STACK, 14))
    say(branch, Line("network", "warn", "GET /a answered 404"), Line("console", "log", "another"), dropped=40)


def test_they_are_listed_the_newest_first_and_by_level_and_source(branch: Branch) -> None:
    fill(branch)
    assert {one.title for one in console.entries(branch)[:3]} >= {"another", "GET /a answered 404"}
    assert [one.title for one in console.entries(branch, levels=["error"])] == ["TypeError: no shelf"]
    assert [one.title for one in console.entries(branch, source="network")] == ["GET /a answered 404"]
    assert [one.title for one in console.entries(branch, levels=["log"], source="network")] == []
    assert [one.count for one in console.errors(branch)] == [14]


def test_they_are_counted_by_level(branch: Branch) -> None:
    fill(branch)
    found = console.statistics(branch)
    assert [(one.level, one.entries, one.lines) for one in found.levels] == [
        ("error", 1, 14),
        ("warn", 1, 1),
        ("log", 2, 4),
    ]
    assert found.dropped == 40
    assert found.first_at
    assert found.last_at
    assert found.first_at < found.last_at


def test_of_nothing_there_is_nothing_to_tell(branch: Branch) -> None:
    assert console.statistics(branch) == console.Statistics([], 0, None, None)
    assert console.context_for_agent(branch) == ""
    Sandbox.objects.filter(branch=branch).update(label="b" * 26)
    assert list(console.entries(branch)) == []


def test_a_model_is_told_what_is_wrong_and_where(branch: Branch) -> None:
    fill(branch)
    assert console.context_for_agent(branch) == (
        "Lines that pages of the app said in the browser: 14 of level error (1 different), 1 of level warn "
        "(1 different), 4 of level log (2 different).\n\n"
        "[error, error, 14 times, at src/Shelf.tsx:12, on the page /books]\n"
        "TypeError: no shelf\n"
        "  at Shelf (src/Shelf.tsx:12:5)\n"
        "  at main (src/main.tsx:3:1)\n\n"
        "[warn, bridge, 40 times, on the page /books]\n"
        "The page said more than can be told; some lines were dropped.\n\n"
        "[warn, network, on the page /books]\n"
        "GET /a answered 404"
    )


def test_what_other_files_said_is_no_news_for_a_model(branch: Branch) -> None:
    fill(branch)
    apply(branch, {"notes.txt": "new\n"})
    branch.refresh_from_db()
    assert console.context_for_agent(branch) == ""
    assert console.entries(branch).count() == 5


def test_however_much_is_wrong_the_summary_is_bounded(branch: Branch) -> None:
    for letters in ("abcdefghij", "klmnopqrst"):
        say(branch, *(Line("console", "error", f"{letter}: " + "x" * 1900, "y" * 3000) for letter in letters))
    assert len(console.context_for_agent(branch)) == console.MOST_CONTEXT


def test_what_is_cleared_is_gone_and_what_was_told_stays_told(branch: Branch) -> None:
    fill(branch)
    console.clear(branch)
    assert (ConsoleEntry.objects.count(), Complaint.objects.count()) == (0, 1)
    fill(branch)
    assert console.errors(branch).get().count == 14


def test_it_is_cleared_while_nobody_writes_into_it(branch: Branch) -> None:
    """As reports lock it, and first: two that wait for each other's rows would wait for ever."""
    fill(branch)
    with CaptureQueriesContext(connection) as asked:
        console.clear(branch)
    said = [one["sql"] for one in asked]
    [deleted] = [at for at, sql in enumerate(said) if sql.startswith("DELETE")]
    locked = [sql for sql in said[:deleted] if 'FROM "sandboxes_sandbox"' in sql and "branch" not in sql]
    assert len(locked) == 1
    assert locked[0].endswith("FOR NO KEY UPDATE") is connection.features.has_select_for_update


def test_a_branch_that_was_never_shown_can_be_cleared_and_reported_to(branch: Branch) -> None:
    other = branches.create(branch.project, "other", by=branch.project.owner)
    assert console.context_for_agent(other) == ""
    console.clear(other)
    say(other, Line("console", "log", "hello"))
    assert (console.entries(other).count(), console.entries(branch).count()) == (1, 0)


def test_of_a_box_it_is_the_files_that_were_written_into_it(branch: Branch) -> None:
    sandbox = Sandbox.objects.get(branch=branch)
    apply(branch, {"package.json": apps.REACT["package.json"], "index.html": apps.REACT["index.html"]})
    Sandbox.objects.filter(pk=sandbox.pk).update(tree_hash="t" * 64)
    keeping.record(sandbox, Batch("/", (Line("console", "error", "x"),)), tree_hash="t" * 64)
    assert "1 of level error" in console.context_for_agent(Branch.objects.get(pk=branch.pk))
