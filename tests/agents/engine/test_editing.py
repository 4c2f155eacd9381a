"""The edits of one file are made together, and leave it as readable as it was."""

import pytest

from agents.engine import changing, replay
from agents.engine.sinks import JobSink
from agents.engine.writer import Writer
from agents.parsing.events import Block, EditClosed, FileClosed, PatchClosed
from projects.models import Project, User
from projects.services import files
from tests.agents.engine.replies import asked, edit, says
from tests.agents.engine.whole import run, tree, wish
from tests.fakes.model_server import ModelServer

pytestmark = pytest.mark.django_db(transaction=True)

DATA = '{\n  "a": 1,\n  "b": 2\n}\n'


@pytest.fixture
def counted(project: Project, owner: User) -> Project:
    files.save(project.branches.get(), "index.html", b"<h1>Data</h1>\n", by=owner)
    files.save(project.branches.get(), "data.json", DATA.encode(), by=owner)
    files.save(project.branches.get(), "a.txt", b"one\n", by=owner)
    return project


def test_an_edit_that_breaks_a_file_is_asked_for_again(server: ModelServer, counted: Project, owner: User):
    wrong = edit("data.json", '  "a": 1,', '  "a": 3,,') + edit("a.txt", "one", "three").removeprefix("Done.")
    server.will(says(wrong), says(edit("data.json", '  "a": 1,', '  "a": 3,')))
    job = run(wish(counted, owner, "Three, please"))
    kept = tree(counted)
    assert (job.state, kept["a.txt"], kept["data.json"]) == ("completed", "three\n", DATA.replace("1", "3"))
    told = asked(server)[1].splitlines()
    assert told[0].startswith(
        "data.json: SYNTAX_AFTER_EDIT. In line 2: Expecting property name enclosed in double quotes. "
    )
    assert told[2:4] == ['2 |   "a": 3,,', '3 |   "b": 2']
    assert told[-1] == "Send these blocks again, taken anew from the text as it is now."
    assert replay.run(job).is_identical


def test_after_the_last_try_nothing_of_it_is_stored(server: ModelServer, counted: Project, owner: User):
    server.will(*(says(edit("data.json", '  "a": 1,', f'  "a": {number},,')) for number in range(3)))
    job = run(wish(counted, owner, "Three, please", model="a"))
    assert (job.state, tree(counted)["data.json"], len(server.seen)) == ("failed", DATA, 3)
    assert job.error is not None
    assert "data.json: SYNTAX_AFTER_EDIT." in job.error["message"]


def test_two_edits_that_are_right_together_are_made(writer: Writer[JobSink]):
    writer.take(FileClosed("a.py", "one(1)\ntwo(2)\n"))
    writer.take(EditClosed("a.py", (Block("one(1)\n", "one(\n"),)))
    writer.take(PatchClosed("a.py", "@@\n-two(2)\n+1)\n"))
    assert changing.apply(writer) == []
    assert writer.read("a.py") == b"one(\n1)\n"


def test_what_fits_alone_but_breaks_the_file_is_not_made(writer: Writer[JobSink]):
    writer.take(FileClosed("a.py", "one(1)\ntwo(2)\n"))
    writer.take(EditClosed("a.py", (Block("one(1)\n", "one(\n"), Block("nowhere at all\n", "1)\n"))))
    broken, misfit = changing.apply(writer)
    assert broken.startswith("a.py: SYNTAX_AFTER_EDIT. In line 1: '(' was never closed.")
    assert misfit.startswith("a.py, block 2: NO_MATCH.\n")
    assert writer.read("a.py") == b"one(1)\ntwo(2)\n"


def test_what_could_not_be_read_before_may_stay_so(writer: Writer[JobSink]):
    writer.take(FileClosed("tsconfig.json", "{ // why\n  'a': 1\n}\n"))
    writer.take(FileClosed("data.json", "{,}\n"))
    writer.take(PatchClosed("data.json", "@@\n-{,}\n+{,,}\n"))
    writer.take(PatchClosed("tsconfig.json", "@@\n-  'a': 1\n+  'a': 2\n"))
    assert changing.apply(writer) == []
    assert writer.read("data.json") == b"{,,}\n"
