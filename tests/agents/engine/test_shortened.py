"""A whole file that leaves out the code of the old one is refused, asked for again, and never stored."""

import pytest

from agents.engine import replay
from agents.services import jobs
from projects.models import Project, User
from projects.services import files
from tests.agents.engine.replies import PAGE, asked, blueprint, edit, says
from tests.agents.engine.replies import files as written
from tests.agents.engine.whole import payloads, run, tree, wish
from tests.fakes.model_server import ModelServer

pytestmark = pytest.mark.django_db(transaction=True)

OLD = "".join(f"part({number});\n" for number in range(90))
WHOLE = OLD.replace("part(7)", "part('seven')")
SAID = "app.js: LAZY_PLACEHOLDER. “// ... rest of the code stays the same ...” stands for lines"


def whole(text: str, before: str = "") -> str:
    return f"Seven is spelled.\n\n{before}cat > app.js << 'EOF_l'\n{text}EOF_l\n"


LAZY = whole("part('seven');\n// ... rest of the code stays the same ...\n")


@pytest.fixture
def counted(project: Project, owner: User) -> Project:
    files.save(project.branches.get(), "index.html", PAGE["index.html"].encode(), by=owner)
    files.save(project.branches.get(), "app.js", OLD.encode(), by=owner)
    return project


def test_it_is_asked_for_whole_then_of_another_model(server: ModelServer, counted: Project, owner: User):
    server.will(says(LAZY), says(f"So. {LAZY}"))
    server.will_as("b", says(whole(WHOLE)))
    job = run(wish(counted, owner, "Spell seven", model="a, b"))
    assert (job.state, tree(counted)["app.js"]) == ("completed", WHOLE)
    assert server.asked() == ["a", "a", "b"]
    first, second = asked(server)[1:]
    assert first.startswith(SAID)
    assert [text.splitlines()[-1] for text in (first, second)] == [
        "Send each of these files whole this time.", "Send each of these files whole.",
    ]  # fmt: skip
    assert len(payloads(counted, "file_abandoned")) == 2
    assert replay.run(job).is_identical


def test_after_the_last_try_the_person_is_asked_and_the_file_is_as_it_was(
    server: ModelServer, counted: Project, owner: User
):
    server.will(says(LAZY), says(f"So. {LAZY}"), says(f"And so. {LAZY}"))
    server.will_as("b", says(LAZY))
    job = run(wish(counted, owner, "Spell seven", model="a, b"))
    assert (job.state, tree(counted)["app.js"], server.asked()) == ("failed", OLD, ["a", "a", "b"])
    assert job.error is not None
    assert (job.error["code"], SAID in job.error["message"]) == ("malformed_output", True)
    assert payloads(counted, "file_closed") == []


def test_what_else_the_reply_brought_is_kept_and_the_rest_is_told(server: ModelServer, counted: Project, owner: User):
    server.will(says("cat > new.js << 'EOF_n'\n// ... existing code ...\nEOF_n\n" + LAZY), says(LAZY))
    job = run(wish(counted, owner, "Spell seven", model="a"))
    assert (job.state, tree(counted)["app.js"], server.asked()) == ("completed", OLD, ["a", "a"])
    assert tree(counted)["new.js"] == "// ... existing code ...\n", "nothing was there that it could take the place of"
    said = [payload["text"] for payload in payloads(counted, "message_sent") if payload["role"] == "assistant"]
    assert SAID in said[-1]


def test_to_remove_it_first_is_no_way_around(server: ModelServer, counted: Project, owner: User):
    lazy = LAZY.replace("cat >", "rm app.js\ncat >")
    server.will(says(lazy), says(whole(WHOLE)))
    job = run(wish(counted, owner, "Spell seven", model="a"))
    assert (job.state, tree(counted)["app.js"]) == ("completed", WHOLE)
    assert asked(server)[1].startswith(SAID)
    assert replay.run(job).is_identical


def test_with_blocks_that_do_not_fit_either_the_ladder_begins_at_its_foot(
    server: ModelServer, counted: Project, owner: User
):
    files.save(counted.branches.get(), "a.css", b"h1 {}\n", by=owner)
    server.will(says(LAZY + edit("a.css", "h2 {}", "h2 { color: red; }")), says(whole(WHOLE)))
    assert run(wish(counted, owner, "Spell seven", model="a")).state == "completed"
    assert asked(server)[1].splitlines()[-1] == "Send these blocks again, taken anew from the text as it is now."


def test_a_first_build_hears_why_a_file_was_not_taken(server: ModelServer, project: Project, owner: User):
    """Taken away after it was written, it is to be written again, and not by halves."""
    lazy = written("app.js") + "rm app.js\ncat > app.js << 'EOF_l'\n// ... rest of the code ...\nEOF_l\n"
    server.will(says(blueprint()), says(lazy + written("index.html", "style.css")), says(written("app.js")))
    job = run(wish(project, owner))
    assert (job.state, tree(project)) == ("completed", PAGE)
    heading, told, fault = asked(server)[2].splitlines()
    assert (heading, told) == ("Write these files now: app.js", "Of your last reply this was not taken:")
    assert fault.startswith("app.js: LAZY_PLACEHOLDER.")
    assert jobs.fresh(job).output["version"] == 1
