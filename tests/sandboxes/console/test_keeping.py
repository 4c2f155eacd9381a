"""What browsers report is masked, grouped, counted, bounded, and told where nobody caught it."""

import uuid

import pytest
from django.utils import timezone

from projects import feed
from projects.enums import AuthorKind
from projects.services import changesets, files, secrets
from sandboxes.console import complaining, keeping, telling
from sandboxes.console.lines import Batch, Line
from sandboxes.models import Complaint, ConsoleEntry, Sandbox, addresses
from sandboxes.runtime import lifecycle
from tests.locks import in_order
from tests.sandboxes import apps
from tests.sandboxes.conftest import MakeApp

FAULT = Line(
    "error", "error", "TypeError: shelf is null", "    at App (src/App.tsx?t=17:12:5)\n    at react-dom.js:1:1"
)


@pytest.fixture
def garden(make_app: MakeApp) -> Sandbox:
    return make_app(apps.STATIC)


def record(
    sandbox: Sandbox, *lines: Line, page: str = "/", dropped: int = 0, tree: str = "t1", said_of: str = ""
) -> None:
    with in_order():
        keeping.record(sandbox, Batch(page, lines, dropped, said_of), tree_hash=tree)


def told(sandbox: Sandbox) -> list[tuple[str, int]]:
    events = feed.since(sandbox.project_id, 0, limit=2000)
    return [(one.payload["title"], one.payload["count"]) for one in events if one.kind == "error_captured"]


def said(text: str, level: str = "log", count: int = 1) -> Line:
    return Line("console", level, text, count=count)


def test_the_same_words_are_one_entry_whatever_the_numbers(garden: Sandbox) -> None:
    record(garden, said("queue for 17", count=2), said("queue for 18"), said("something else"))
    record(garden, said("queue for 9"))
    kept = {one.title: one.count for one in ConsoleEntry.objects.all()}
    assert kept == {"queue for 9": 4, "something else": 1}


def test_of_another_level_or_another_place_it_is_another_entry(garden: Sandbox) -> None:
    lines = [Line("console", "log", "x", "at a (a.js:1:1)"), Line("console", "log", "x", "at b (b.js:1:1)")]
    record(garden, *lines, said("x", "warn"))
    assert ConsoleEntry.objects.count() == 3


def test_it_says_where_without_the_previews_address(garden: Sandbox) -> None:
    origin = addresses.url(garden.label)
    record(
        garden, Line("error", "error", f"Error: no {origin}a", f"    at {origin}src/App.tsx?t=12:3:4\n  at {origin}x")
    )
    kept = ConsoleEntry.objects.get()
    assert (kept.path, kept.line, kept.text, kept.stack) == (
        "src/App.tsx",
        3,
        "Error: no a",
        "    at src/App.tsx:3:4\n  at x",
    )
    assert garden.label not in Complaint.objects.get().text


def test_of_other_files_it_begins_anew(garden: Sandbox) -> None:
    record(garden, said("x", count=5))
    first = ConsoleEntry.objects.get().first_at
    record(garden, said("x"), tree="t2")
    kept = ConsoleEntry.objects.get()
    assert (kept.count, kept.tree_hash, kept.first_at > first) == (1, "t2", True)


def test_a_page_left_open_takes_nothing_from_the_files_of_now(garden: Sandbox) -> None:
    record(garden, *[FAULT] * 3, said("new"), tree="t2")
    record(garden, FAULT, said("old"), page="/left-open", tree="t2", said_of="t1")
    kept = {(one.title, one.tree_hash, one.count, one.page) for one in ConsoleEntry.objects.all()}
    assert kept == {(FAULT.text, "t2", 3, "/"), ("new", "t2", 1, "/"), ("old", "t1", 1, "/left-open")}


def test_a_secret_is_masked_everywhere(garden: Sandbox) -> None:
    secrets.put(garden.project, name="KEY", value="plain-secret-value-1", by=garden.project.owner)
    line = Line("error", "error", "Error: plain-secret-value-1", "at x (plain-secret-value-1.js:1:2)")
    record(garden, line)
    kept = ConsoleEntry.objects.get()
    complaint = Complaint.objects.get()
    payload = str([event.payload for event in feed.since(garden.project_id, 0, limit=2000)])
    for text in (kept.title, kept.text, kept.stack, kept.path, complaint.title, complaint.text, payload):
        assert "plain-secret-value-1" not in text
    assert kept.title == "Error: [secret KEY]"


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("x" * 1985 + "plain-secret-v…", "x" * 1985 + "[secret KEY]…"),
        ('{key: "plain-secret…", more: "plain-…"} in all', '{key: "[secret KEY]…", more: "[secret KEY]…"} in all'),
        ("plain-secret-value-1… ä plai… plain-secret", "[secret KEY]… ä plai… plain-secret"),
        ("plain-secret " + "ä…" * 900, "plain-secret " + "ä…" * 900),
        ("at plain-secret.js?t=1:2", "at plain-secret.js:2"),
        ("Error: door?word=kestrel:9of10", "Error: [secret DOOR]"),
    ],
)
def test_a_secret_that_was_cut_or_looks_like_an_address_is_masked(garden: Sandbox, text: str, kept: str) -> None:
    for name, value in (("KEY", "plain-secret-value-1"), ("DOOR", "door?word=kestrel:9of10")):
        secrets.put(garden.project, name=name, value=value, by=garden.project.owner)
    record(garden, Line("console", "log", text, text))
    entry = ConsoleEntry.objects.get()
    assert (entry.text, entry.stack) == (kept, kept)


def test_the_newest_stay_in_a_window_of_so_many(garden: Sandbox) -> None:
    words = [f"{a}{b}" for a in "abcdefghijklmnop" for b in "abcdefghijklmnop"]
    for start in range(0, 240, 20):
        record(garden, *(said(word) for word in words[start : start + 20]))
    assert ConsoleEntry.objects.count() == keeping.MOST_KEPT
    assert not ConsoleEntry.objects.filter(title__in=words[:40]).exists()


def test_the_window_holds_only_so_many_bytes(garden: Sandbox) -> None:
    for letter in "abcdefghijklmnopqrst":
        many = [Line("console", "log", f"{letter}{other} " + "ä" * 1990, "ä" * 3000) for other in "abcdefghij"]
        record(garden, *many)
    sizes = list(ConsoleEntry.objects.values_list("size", flat=True))
    assert keeping.MOST_BYTES - 10_000 < sum(sizes) <= keeping.MOST_BYTES
    assert ConsoleEntry.objects.filter(title__startswith="tj").exists()
    assert not ConsoleEntry.objects.filter(title__startswith="aa").exists()


def test_what_nobody_caught_is_told_like_a_servers_complaint(garden: Sandbox) -> None:
    record(garden, FAULT, page="/books")
    record(garden, *[FAULT] * 9)
    assert told(garden) == [("TypeError: shelf is null", 1), ("TypeError: shelf is null", 10)]
    [kept] = complaining.current(garden, "t1")
    assert kept.text == (
        "In the browser, on the page /:\nTypeError: shelf is null\n"
        "    at App (src/App.tsx:12:5)\n    at react-dom.js:1:1"
    )
    assert ConsoleEntry.objects.get().count == 10


@pytest.mark.parametrize("source", ["console", "network", "resource"])
def test_what_is_only_said_is_no_complaint(garden: Sandbox, source: str) -> None:
    record(garden, Line(source, "error", "Error: said"))
    assert (told(garden), Complaint.objects.count()) == ([], 0)
    assert ConsoleEntry.objects.errors().count() == 1


def test_while_a_job_shows_its_changes_it_is_the_jobs(garden: Sandbox) -> None:
    lifecycle.show(garden, changesets.open(branch=garden.branch, author_kind=AuthorKind.AGENT))
    record(garden, FAULT)
    assert (told(garden), ConsoleEntry.objects.count()) == ([], 1)


def test_an_app_that_invents_errors_does_not_fill_the_feed(garden: Sandbox) -> None:
    words = [f"{a}{b}" for a in "abcdefgh" for b in "abcdefgh"]
    for start in range(0, 60, 20):
        record(garden, *(Line("error", "error", f"Error: {word}") for word in words[start : start + 20]))
    assert [title for title, _ in told(garden)] == [f"Error: {word}" for word in words[: telling.MOST]]
    assert ConsoleEntry.objects.count() == 60


def errors(start: int, end: int, count: int = 1) -> list[Line]:
    words = [f"{a}{b}" for a in "abcdefgh" for b in "abcdefgh"]
    return [Line("error", "error", f"Error: {word}", count=count) for word in words[start:end]]


def test_what_was_not_told_is_not_told_either_when_it_comes_again(garden: Sandbox) -> None:
    for _ in range(4):
        record(garden, *errors(0, 20))
        record(garden, *errors(20, 40))
    assert [title for title, _ in told(garden)] == [one.text for one in errors(0, telling.MOST)]
    assert Complaint.objects.count() == telling.MOST
    assert {one.count for one in ConsoleEntry.objects.all()} == {4}


def test_what_slides_out_of_the_window_or_is_counted_on_frees_nothing(garden: Sandbox) -> None:
    record(garden, *errors(0, 10))
    record(garden, *errors(0, 10, count=100))
    for letter in "abcdefghijkl":
        record(garden, *(said(f"{letter}{other}") for other in "abcdefghijklmnopqrst"))
    assert not ConsoleEntry.objects.filter(source="error").exists()
    record(garden, *errors(10, 20))
    assert len(told(garden)) == telling.MOST
    assert {one.count for one in Complaint.objects.all()} == {101}


def test_a_minute_later_as_much_is_told_again(garden: Sandbox) -> None:
    record(garden, *errors(0, 20))
    Sandbox.objects.update(told_since=timezone.now() - telling.WITHIN)
    record(garden, *errors(0, 12), *errors(20, 24))
    record(garden, *errors(24, 40))
    fresh = [title for title, _ in told(garden)][telling.MOST :]
    assert fresh == [one.text for one in [*errors(10, 12), *errors(20, 24), *errors(24, 28)]]


def test_a_count_stays_one_that_can_be_kept(garden: Sandbox) -> None:
    record(garden, said("x", count=1_000_000))
    ConsoleEntry.objects.update(count=2**31 - 5)
    record(garden, said("x", count=1_000_000))
    assert ConsoleEntry.objects.get().count == 2**31 - 1


def test_of_a_sandbox_that_is_gone_nothing_is_kept(garden: Sandbox) -> None:
    gone = Sandbox(pk=uuid.uuid4(), project=garden.project, branch=garden.branch)
    record(gone, FAULT)
    assert not ConsoleEntry.objects.exists()


def test_a_batch_costs_few_questions(garden: Sandbox, django_assert_max_num_queries) -> None:
    with django_assert_max_num_queries(12):
        record(garden, *(said(letter) for letter in "abcdefghijklmnopqrst"))


def test_an_empty_line_is_an_entry_too(garden: Sandbox) -> None:
    record(garden, said(""), said("\n\n"))
    assert [one.title for one in ConsoleEntry.objects.all()] == ["(nothing)"]


def test_the_tree_is_that_of_the_files(garden: Sandbox) -> None:
    shown = files.tree_hash(files.manifest(garden.branch))
    record(garden, FAULT, tree=shown)
    assert [one.title for one in complaining.current(garden, shown)] == ["TypeError: shelf is null"]
