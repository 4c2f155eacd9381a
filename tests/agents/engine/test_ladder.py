"""An edit that does not fit climbs a ladder, and only files that were read or named are written."""

import pytest

from agents.engine import reading, replay
from agents.models import Generation
from projects.models import Project, User
from projects.services import files
from tests.agents.engine.replies import asked, edit, says
from tests.agents.engine.whole import payloads, run, tree, wish
from tests.fakes.model_server import ModelServer, Script

pytestmark = pytest.mark.django_db(transaction=True)

WRONG = edit("a.css", "  colour: red;", "  colour: green;")
WHOLE = "cat > a.css << 'EOF_w'\nh1 { color: green; }\nEOF_w\n"
# Together more than a model is shown, each of them small enough; the smallest come first.
ROOM = {f"part{number}.css": f"/* {number} */\n" + "x" * (50_000 + number) for number in range(4)}


@pytest.fixture
def styled(project: Project, owner: User) -> Project:
    files.save(project.branches.get(), "index.html", b"<h1>Shelf</h1>\n", by=owner)
    files.save(project.branches.get(), "a.css", b"h1 {\n  color: navy;\n}\n", by=owner)
    return project


@pytest.fixture
def crowded(project: Project, owner: User) -> Project:
    files.save(project.branches.get(), "index.html", b"<h1>Shelf</h1>\n", by=owner)
    for path, text in ROOM.items():
        files.save(project.branches.get(), path, text.encode(), by=owner)
    return project


def test_blocks_again_then_whole_then_another_model(server: ModelServer, styled: Project, owner: User):
    server.will(says(WRONG), says("Once more. " + WRONG), says("And once more. " + WRONG))
    server.will_as("b", says(WHOLE))
    job = run(wish(styled, owner, "Green, please", model="a, b"))
    assert (job.state, tree(styled)["a.css"]) == ("completed", "h1 { color: green; }\n")
    assert server.asked() == ["a", "a", "a", "b"]
    ends = [text.splitlines()[-1] for text in asked(server)[1:]]
    assert ends == [
        "Send these blocks again, taken anew from the text as it is now.",
        "Send each of these files whole this time.",
        "Send each of these files whole.",
    ]
    assert replay.run(job).is_identical


def test_a_model_without_another_is_asked_three_times_and_then_the_person(
    server: ModelServer, styled: Project, owner: User
):
    server.will(says(edit("index.html", "<h1>Shelf</h1>", "<h1>Books</h1>") + WRONG), says(WRONG))
    job = run(wish(styled, owner, "Call it books, in green", model="a"))
    assert (job.state, tree(styled)["index.html"]) == ("completed", "<h1>Books</h1>\n")
    assert server.asked() == ["a", "a", "a"]
    said = [payload["text"] for payload in payloads(styled, "message_sent") if payload["role"] == "assistant"]
    assert "a.css, block 1: NO_MATCH." in said[-1]


def test_what_was_not_shown_is_not_written_and_is_shown_then(server: ModelServer, crowded: Project, owner: User):
    change = edit("part3.css", "/* 3 */", "/* three */")
    server.will(says(change), says(change))
    job = run(wish(crowded, owner, "Spell out the last number"))
    assert job.state == "completed"
    assert tree(crowded)["part3.css"].startswith("/* three */")
    assert asked(server)[1].startswith("part3.css: NOT_SHOWN.")
    first, second = Generation.objects.order_by("created_at")
    assert (first.request["left_out"], second.request["left_out"]) == (["part3.css"], ["part2.css"])
    assert replay.run(job).is_identical


def test_a_whole_file_over_one_that_was_not_shown_is_refused(server: ModelServer, crowded: Project, owner: User):
    server.will(says("cat > part3.css << 'EOF_1'\nnothing\nEOF_1\n"), says("I leave it."))
    run(wish(crowded, owner, "Tidy up"))
    assert tree(crowded)["part3.css"] == ROOM["part3.css"]
    assert payloads(crowded, "file_abandoned")[0]["reason"] == "It exists, and the model had not been shown it."


def test_a_file_the_person_names_comes_first(server: ModelServer, crowded: Project, owner: User):
    server.will(says(edit("part3.css", "/* 3 */", "/* three */")))
    job = run(wish(crowded, owner, "Spell out the number in part3.css."))
    assert (job.state, len(server.seen)) == ("completed", 1)
    assert Generation.objects.get().request["left_out"] == ["part2.css"]


def test_what_is_too_large_to_show_may_be_written_when_it_is_named(server: ModelServer, styled: Project, owner: User):
    files.save(styled.branches.get(), "data.js", b"const a = 1;\n" + b"//\n" * 30_000, by=owner)
    server.will(says(edit("data.js", "const a = 1;", "const a = 2;")))
    assert run(wish(styled, owner, "Make it two in data.js")).state == "completed"
    assert tree(styled)["data.js"].startswith("const a = 2;")


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Make src/App.tsx green.", {"src/App.tsx"}),
        ("In `App.tsx`, and (style.css)", {"src/App.tsx", "style.css"}),
        ("the index.ts files", set()),
        ("look at src/a/index.ts: it is wrong", {"src/a/index.ts"}),
        ("Application.tsx and myApp.tsx", set()),
        ("routes/[id].tsx is the one", {"routes/[id].tsx"}),
        ("." * 20_000 + " style.css", {"style.css"}),
    ],
)
def test_files_are_named_by_path_or_by_a_name_of_their_own(text: str, found: set[str]):
    paths = ("src/App.tsx", "style.css", "src/a/index.ts", "src/b/index.ts", "routes/[id].tsx")
    assert reading.named(text, paths) == found


def test_another_model_that_cannot_be_asked_takes_nothing_away(server: ModelServer, styled: Project, owner: User):
    server.will(says(edit("index.html", "<h1>Shelf</h1>", "<h1>Books</h1>") + WRONG), says(WRONG))
    server.will_as("b", Script(status=401, error="Incorrect API key"))
    job = run(wish(styled, owner, "Call it books, in green", model="a, b"))
    assert (job.state, tree(styled)["index.html"]) == ("completed", "<h1>Books</h1>\n")
    assert server.asked() == ["a", "a", "a", "b"]
