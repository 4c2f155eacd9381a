"""Somebody says something while a change is written: it is left at the next file, what is complete is in place."""

from collections.abc import Callable

import pytest

from agents import enums
from agents.engine import edit, faultpoints, replay
from agents.lifecycle import steering
from agents.models import Generation
from agents.services import jobs, telling
from projects.models import Project, User
from projects.services import files
from tests.agents.engine.replies import asked, says
from tests.agents.engine.replies import edit as block
from tests.agents.engine.whole import payloads, run, tree, wish, work_on
from tests.fakes.model_server import ModelServer

pytestmark = pytest.mark.django_db(transaction=True)

BLUE = block("a.css", "  color: navy;", "  color: blue;").removeprefix("Done.")
LARGE = block("a.css", "  margin: 0;", "  margin: 9px;").removeprefix("Done.")
BOOKS = block("index.html", "<h1>Shelf</h1>", "<h1>Books</h1>")
GREEN = block("a.css", "  color: blue;", "  color: green;").removeprefix("Done.")
FIRST = {"index.html": "<h1>Shelf</h1>\n", "a.css": "h1 {\n  color: navy;\n  margin: 0;\n}\n"}
LAST = {
    "index.html": "<h1>Books</h1>\n",
    "a.css": "h1 {\n  color: green;\n  margin: 0;\n}\n",
    "more.txt": "more\n",
    "notes.txt": "notes\n",
}


def whole(name: str) -> str:
    return f"cat > {name}.txt << 'EOF_{name}'\n{name}\nEOF_{name}\n"


class Death(BaseException):
    """As sudden as can be had within one process."""


@pytest.fixture
def shelf(project: Project, owner: User) -> Project:
    for path, text in FIRST.items():
        files.save(project.branches.get(), path, text.encode(), by=owner)
    return project


@pytest.fixture
def at(monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Let something happen the first time, or another one, that the engine comes to a place."""

    def at(place: str, happens: Callable[[], None], *, count: int = 1) -> None:
        left, before = [count], faultpoints.reach

        def reach(name: faultpoints.Name) -> None:
            left[0] -= name == place
            if name == place and not left[0]:
                happens()
            before(name)

        monkeypatch.setattr(faultpoints, "reach", reach)

    return at


def die() -> None:
    raise Death


def test_a_change_is_left_at_the_next_whole_file(
    server: ModelServer, shelf: Project, owner: User, at: Callable[..., None]
):
    job = wish(shelf, owner, "Call it books, in blue")
    server.will(says(f"On it.\n{BLUE}{whole('notes')}{whole('more')}{BOOKS}"), says(GREEN + BOOKS))
    at("file_pushed", lambda: telling.steer(job, "In green, please", by=owner))
    job = run(job)
    assert (job.state, tree(shelf), len(server.seen)) == ("completed", LAST, 2)
    said = asked(server)[1]
    assert "these are in place: a.css, more.txt, notes.txt." in said
    assert said.endswith("\n\nIn green, please")
    assert server.seen[1].body["messages"][-2]["content"].startswith("On it.")
    first, second = Generation.objects.order_by("created_at")
    assert (first.error_code, first.staged, second.error_code, second.staged) == ("abandoned", 3, "", 2)
    assert [step.key for step in job.steps.all()] == ["edit", "install", "start"], "the words are taken in by the edit"
    assert steering.unheard(job) == []
    assert replay.run(job).is_identical


def test_it_is_left_between_two_edits_of_one_file(
    server: ModelServer, shelf: Project, owner: User, at: Callable[..., None]
):
    job = wish(shelf, owner, "Call it books, in blue and large")
    server.will(says(whole("notes") + BLUE + LARGE + whole("more") + BOOKS), says(whole("more") + GREEN + BOOKS))
    at("file_pushed", lambda: telling.steer(job, "In green, and not large", by=owner))
    job = run(job)
    assert (job.state, tree(shelf), len(server.seen)) == ("completed", LAST, 2)
    assert "these are in place: a.css, notes.txt." in asked(server)[1]
    assert replay.run(job).is_identical


def test_what_does_not_fit_then_is_told_beside_the_words(
    server: ModelServer, shelf: Project, owner: User, at: Callable[..., None]
):
    job = wish(shelf, owner, "Call it books, in blue", model="a")
    wrong = block("a.css", "  colour: red;", "  colour: blue;")
    server.will(says(whole("notes") + wrong + BOOKS), says(BLUE + GREEN + whole("more") + BOOKS))
    at("file_pushed", lambda: telling.steer(job, "In green, please", by=owner))
    job = run(job)
    assert (job.state, tree(shelf), len(server.seen)) == ("completed", LAST, 2)
    assert "a.css, block 1: NO_MATCH." in asked(server)[1]


def test_each_word_leaves_a_reply_of_its_own(server: ModelServer, shelf: Project, owner: User, at: Callable[..., None]):
    """However often somebody breaks in, no try is used up by it."""
    job = wish(shelf, owner, "Call it books", model="a")
    replies = [says(whole("notes") + whole("more") + BOOKS)] * 5
    server.will(*replies, says(BLUE + GREEN + BOOKS))
    for count in range(1, 10, 2):
        at("file_pushed", lambda: telling.steer(job, "In green, please", by=owner), count=count)
    job = run(job)
    assert (job.state, tree(shelf), len(server.seen)) == ("completed", LAST, 6)
    assert (steering.count(job), steering.unheard(job)) == (5, [])
    assert replay.run(job).is_identical


def test_said_after_the_last_file_it_has_a_step_of_its_own(
    server: ModelServer, shelf: Project, owner: User, at: Callable[..., None]
):
    job = wish(shelf, owner, "Call it books, in blue")
    server.will(says(BLUE + BOOKS + whole("notes") + whole("more") + "That is all.\n"), says(GREEN))
    at("reply_settled", lambda: telling.steer(job, "In green, please", by=owner))
    job = run(job)
    assert (job.state, tree(shelf)) == ("completed", LAST)
    assert [step.key for step in job.steps.all()][:2] == ["edit", "steer-1"]
    assert asked(server)[-1] == "In green, please"


def test_a_repair_is_left_too_and_the_words_are_for_a_step_of_their_own(
    server: ModelServer, shelf: Project, owner: User, at: Callable[..., None]
):
    kind = enums.JobKind.REPAIR
    job = jobs.start(project=shelf, text="It says shelf and is navy", by=owner, kind=kind, model="a")
    server.will(says(whole("notes") + BLUE + BOOKS), says(whole("more") + BOOKS), says(GREEN))
    at("file_pushed", lambda: telling.steer(job, "In green, please", by=owner))
    job = run(job)
    assert (job.state, tree(shelf), len(server.seen)) == ("completed", LAST, 3)
    assert [text.endswith("In green, please") for text in asked(server)] == [False, True, True]
    assert [step.key for step in job.steps.all()][:2] == ["repair-1", "steer-1"]
    assert replay.run(job).is_identical


REST = whole("more") + BOOKS
DEATHS = {
    "in the edit": ("reply_growing", 8, [BLUE + REST]),
    "over the edits": ("file_staged", 2, [REST]),
    "after the next reply": ("step_worked", 1, [REST, "Nothing is missing."]),
}


@pytest.mark.parametrize("case", DEATHS.values(), ids=DEATHS)
def test_a_worker_dies_over_what_was_left(
    server: ModelServer, shelf: Project, owner: User, at: Callable[..., None], case: tuple[str, int, list[str]]
):
    """What is in place stays, nothing is told twice, and the words are heard."""
    place, count, rest = case
    job = wish(shelf, owner, "Call it books, in blue")
    server.will(says(whole("notes") + BLUE + REST), *map(says, rest), says(GREEN))
    at("file_pushed", lambda: telling.steer(job, "In green, please", by=owner))
    at(place, die, count=count)
    with pytest.raises(Death):
        edit.run(work_on(job))
    jobs.free_leases()
    job = run(job)
    assert (job.state, tree(shelf), steering.unheard(job)) == ("completed", LAST, [])
    assert [payload["path"] for payload in payloads(shelf, "file_closed")] == ["notes.txt", "more.txt"]
    assert len(server.seen) == len(rest) + 2
    assert replay.run(job).is_identical
