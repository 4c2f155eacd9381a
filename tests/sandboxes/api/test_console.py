"""The console over the API."""

from typing import Any

import pytest

from projects.services import branches, secrets
from sandboxes.console.lines import MOST_BODY
from sandboxes.models import ConsoleEntry
from tests.people import People
from tests.programs import Programs, problem

FAULT = {"source": "error", "level": "error", "text": "TypeError: no shelf", "stack": "at a (app.js:3:2)", "count": 2}
LOG = {"source": "console", "level": "log", "text": "hello"}


def at(people: People, path: str = "") -> str:
    return f"/projects/{people.project.pk}/console{path}"


def test_it_is_reported_to_read_summed_up_and_cleared(people: People, program: Programs) -> None:
    asks = program(people.owner)
    sent = {"page": "/books", "dropped": 5, "entries": [LOG, FAULT]}
    assert asks.post(at(people), sent).status_code == 204
    listed = asks.get(at(people, "?level=error")).json()["items"]
    assert [(one["title"], one["path"], one["line"], one["count"], one["page"]) for one in listed] == [
        ("TypeError: no shelf", "app.js", 3, 2, "/books")
    ]
    assert asks.get(at(people, "/errors")).json()["items"] == listed
    assert asks.get(at(people, "?source=network")).json()["items"] == []
    told = asks.get(at(people, "/statistics")).json()
    assert told["levels"] == [{"level": "error", "entries": 1, "lines": 2}, {"level": "log", "entries": 1, "lines": 1}]
    assert told["dropped"] == 5
    assert "TypeError: no shelf" in asks.get(at(people, "/context")).json()["text"]
    assert asks.delete(at(people)).status_code == 204
    assert asks.get(at(people)).json() == {"items": [], "next": None}


def test_pages_hold_every_entry_once(people: People, program: Programs) -> None:
    asks = program(people.owner)
    asks.post(at(people), {"entries": [{**LOG, "text": letter} for letter in "abcde"]})
    seen: list[str] = []
    after: str | None = ""
    while after is not None:
        page = asks.get(at(people, f"?limit=2&after={after}" if after else "?limit=2")).json()
        seen += [one["title"] for one in page["items"]]
        after = page["next"]
    assert sorted(seen) == list("abcde")


def test_each_branch_has_its_own(people: People, program: Programs) -> None:
    branches.create(people.project, "idea", by=people.owner)
    asks = program(people.owner)
    assert asks.post(at(people, "?branch=idea"), {"entries": [LOG]}).status_code == 204
    assert asks.get(at(people)).json()["items"] == []
    assert len(asks.get(at(people, "?branch=idea")).json()["items"]) == 1
    for path in ("", "/errors", "/statistics", "/context"):
        assert problem(asks.get(at(people, f"{path}?branch=none")))["code"] == "not_found"


def test_a_report_is_masked_like_any(people: People, program: Programs) -> None:
    secrets.put(people.project, name="KEY", value="plain-secret-value-1", by=people.owner)
    asks = program(people.owner)
    text = "Error: plain-secret-value-1"
    asks.post(at(people), {"page": "/plain-secret-value-1", "entries": [{**FAULT, "text": text, "stack": text}]})
    everything = asks.get(at(people)).content + asks.get(at(people, "/context")).content
    assert b"plain-secret-value-1" not in everything
    assert b"[secret KEY]" in everything


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"entries": [{**LOG, "level": "loud"}]},
        {"entries": [{**LOG, "source": "x"}]},
        {"entries": [LOG] * 21},
        {"entries": [{**LOG, "text": "x" * 2001}]},
        {"entries": [{**LOG, "count": 0}]},
        {"entries": [LOG], "dropped": True},
        {"entries": [LOG], "dropped": -1},
        {"entries": [LOG], "page": "x" * 301},
        {"entries": [LOG], "more": 1},
        {"entries": [{**LOG, "text": "half \ud800"}]},
    ],
)
def test_what_is_no_report_is_refused_and_leaves_no_trace(people: People, program: Programs, body: Any) -> None:
    assert program(people.owner).post(at(people), body).status_code == 422
    assert not ConsoleEntry.objects.exists()


def test_a_report_that_is_too_long_is_refused(people: People, program: Programs) -> None:
    answer = program(people.owner).post(at(people), b" " * (MOST_BODY + 1))
    assert (answer.status_code, problem(answer)["code"]) == (413, "too_large")


def test_who_only_reads_neither_reports_nor_clears(people: People, program: Programs) -> None:
    asks = program(people.owner, "read")
    assert asks.get(at(people)).status_code == 200
    assert asks.post(at(people), {"entries": [LOG]}).status_code == 403
    assert asks.delete(at(people)).status_code == 403


def test_the_bridge_itself_is_nobody_to_speak_for(people: People, program: Programs) -> None:
    answer = program(people.owner).post(at(people), {"entries": [{**LOG, "source": "bridge"}]})
    assert answer.status_code == 422
