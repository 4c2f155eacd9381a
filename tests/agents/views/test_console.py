"""The console beside the app, and as a page of its own."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from agents.models import Job
from projects.services import branches, files
from sandboxes.console.lines import Batch, Line
from sandboxes.models import ConsoleEntry
from sandboxes.services import console
from tests.agents.views.conftest import HTMX
from tests.people import People
from tests.ui import markup

Browser = Callable[[str], Client]
HOSTILE = "</pre></details><img src=x onerror=alert(1)>\"'&<b>"
FAULT = Line("error", "error", "TypeError: no shelf", "    at Shelf (src/app.js:12:5)", 14)


def address(people: People, name: str = "console", query: str = "") -> str:
    return reverse(f"agents:{name}", args=[people.owner.handle, people.project.slug]) + query


@pytest.fixture
def said(people: People) -> None:
    files.save(people.main, "src/app.js", b"1\n", by=people.owner, expected="")
    console.report(
        people.main, Batch("/books", (FAULT, Line("console", "log", "queue"), Line("console", "warn", "old")))
    )


def text(answer: Any) -> str:
    return str(answer.content.decode())


def test_it_is_a_page_with_what_was_said_and_where(people: People, browser: Browser, said: None) -> None:
    page = text(browser("editor").get(address(people)))
    assert "<title>Console" in page
    assert "TypeError: no shelf" in page
    assert f'href="{reverse("projects:file-read", args=["owner", people.project.slug, "src/app.js"])}"' in page
    assert 'aria-label="14 times"' in page
    assert "<code>/books</code>" in page


@pytest.mark.parametrize(
    ("level", "shown"),
    [
        ("error", {"TypeError: no shelf"}),
        ("warn", {"old"}),
        ("log", {"queue"}),
        ("", {"TypeError: no shelf", "old", "queue"}),
        ("nonsense", {"TypeError: no shelf", "old", "queue"}),
    ],
)
def test_a_level_is_chosen_by_address(
    people: People, browser: Browser, said: None, level: str, shown: set[str]
) -> None:
    page = text(browser("viewer").get(address(people, query=f"?level={level}")))
    titles = {"TypeError: no shelf", "old", "queue"}
    assert {title for title in titles if f"</span>{title}</span>" in page} == shown


def test_in_the_pane_only_what_is_in_it_comes(people: People, browser: Browser, said: None) -> None:
    pane = text(browser("editor").get(address(people, query="?bench=1"), headers=HTMX))
    assert "<html" not in pane
    assert 'id="console-count" hx-swap-oob="true" aria-label="1 error">1</span>' in pane
    assert 'data-opens="files"' in pane
    assert pane.count('hx-swap="none"') == 1


def test_what_somebody_says_is_never_markup(people: People, browser: Browser) -> None:
    line = Line("error", "error", HOSTILE, f"at {HOSTILE} (a.js:1:1)")
    console.report(people.main, Batch(f"/{HOSTILE}", (line,)))
    read = markup.read(text(browser("editor").get(address(people, query="?bench=1"), headers=HTMX)))
    assert "img" not in read.tags
    assert not {name for name, _ in read.attributes if name.startswith("on")}
    assert HOSTILE in read.text


def test_who_only_looks_can_neither_clear_nor_mend(people: People, browser: Browser, said: None) -> None:
    page = text(browser("viewer").get(address(people)))
    assert [word for word in ("Mend it", "Clear the console") if word in page] == []
    assert browser("viewer").post(address(people, "console-clear")).status_code == 403
    assert ConsoleEntry.objects.count() == 3


def test_it_is_cleared(people: People, browser: Browser, said: None) -> None:
    pane = browser("editor").post(address(people, "console-clear"), {"bench": "1"}, headers=HTMX)
    assert "The console is quiet" in text(pane)
    assert not ConsoleEntry.objects.exists()
    answer = browser("editor").post(address(people, "console-clear"))
    assert (answer.status_code, answer.headers["Location"]) == (302, address(people))


def test_each_branch_has_its_own(people: People, browser: Browser, said: None) -> None:
    branches.create(people.project, "idea", by=people.owner)
    page = text(browser("editor").get(address(people, query="?branch=idea")))
    assert "The console is quiet" in page
    console.report(people.project.branches.get(name="idea"), Batch("/", (FAULT,)))
    answer = browser("editor").post(address(people, "console-clear"), {"branch": "idea"})
    assert answer.headers["Location"] == address(people, query="?branch=idea")
    assert ConsoleEntry.objects.count() == 3
    assert browser("editor").get(address(people, query="?branch=none")).status_code == 404


def test_what_earlier_files_said_is_marked_and_not_mended(people: People, browser: Browser, said: None) -> None:
    assert "Mend it" in text(browser("editor").get(address(people)))
    files.save(people.main, "more.txt", b"1\n", by=people.owner, expected="")
    page = text(browser("editor").get(address(people)))
    assert page.count("data-past") == 3
    assert "Mend it" not in page


def test_what_nobody_caught_is_mended_from_here(people: People, browser: Browser, said: None) -> None:
    answer = browser("editor").post(address(people, "mend"), {"branch": "main"})
    assert answer.status_code == 302
    assert [job.kind for job in Job.objects.all()] == ["repair"]


def test_the_workbench_says_how_many_errors_there_are(people: People, browser: Browser, said: None) -> None:
    page = text(browser("viewer").get(address(people, "workbench")))
    assert 'id="console-count"  aria-label="1 error">1</span>' in page


def test_however_much_was_said_it_costs_the_same(
    people: People, browser: Browser, said: None, django_assert_max_num_queries
) -> None:
    letters = "abcdefghijklmnopqrst"
    console.report(people.main, Batch("/", tuple(Line("console", "log", letter) for letter in letters)))
    client = browser("editor")
    client.get(address(people))
    with django_assert_max_num_queries(16):
        client.get(address(people, query="?bench=1"), headers=HTMX)
