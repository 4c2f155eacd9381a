"""What a model is told of a project in whole jobs: kept with each call, the same from the first letter on, and more
of it where the model asks."""

import pytest

from agents import prompts
from agents.engine import design, reading
from agents.models import Generation, Job
from agents.services import telling
from projects.models import Project, User
from projects.services import files
from projects.services.staging import Content
from tests.agents.engine.replies import PAGE, asked, blueprint, edit, says
from tests.agents.engine.replies import files as written
from tests.agents.engine.whole import payloads, run, tree, wish
from tests.fakes.model_server import ModelServer

pytestmark = pytest.mark.django_db(transaction=True)

LINES = "".join(f"const local{number} = compute({number}, other, another);\n" for number in range(200))


@pytest.fixture
def crowded(project: Project, owner: User) -> Project:
    """Twelve files of about 2,800 tokens each."""
    texts = {f"part{number}.js": f"export const part{number} = {number};\n{LINES}" for number in range(12)}
    contents = [
        ("index.html", Content(b"<h1>Shelf</h1>\n")),
        *((path, Content(text.encode())) for path, text in texts.items()),
    ]
    files.save_all(project.branches.get(), contents, by=owner, message="Much")
    return project


@pytest.fixture
def narrow(settings) -> None:
    settings.CONTEXT_TOKENS = 12_000


def system(server: ModelServer, number: int) -> str:
    return str(server.seen[number].body["messages"][0]["content"])


def test_what_was_left_out_is_told_to_the_model_and_kept_with_the_call(
    server: ModelServer, crowded: Project, owner: User, narrow: None
):
    server.will(says(edit("part3.js", "export const part3 = 3;", "export const part3 = 4;")))
    assert run(wish(crowded, owner, "Make part3.js four")).state == "completed"
    given = Generation.objects.get().request["given"]
    assert "part3.js" in given["whole"]
    assert len(given["whole"]) < 6
    assert set(given["whole"]) | set(given["outlined"]) | set(given["left_out"]) == set(tree(crowded))
    assert given["tokens"] <= given["room"] == 12_000
    assert '<file path="part3.js">' in system(server, 0)
    for path in given["outlined"]:
        assert f'<symbols path="{path}">\nconst {path[:-3]} = {path[4:-3]}\n</symbols>' in system(server, 0)
    for path in given["left_out"]:
        assert path in system(server, 0).rpartition("Not shown: ")[2]


def test_a_model_that_asks_for_a_file_is_shown_it_and_goes_on(
    server: ModelServer, crowded: Project, owner: User, narrow: None
):
    server.will(
        says("Show me: part9.js\n"), says(edit("part9.js", "export const part9 = 9;", "export const part9 = 1;"))
    )
    job = run(wish(crowded, owner, "Make the ninth one"))
    assert (job.state, len(server.seen)) == ("completed", 2)
    first, second = Generation.objects.order_by("created_at")
    assert "part9.js" not in first.request["given"]["whole"]
    assert "part9.js" in second.request["given"]["whole"]
    assert asked(server)[1] == "They are shown to you now, as far as there is room. Go on with what was asked."
    assert tree(crowded)["part9.js"].startswith("export const part9 = 1;")


@pytest.mark.parametrize(
    "reply", ["Show me: index.html\n", "Show me: nothing.js\n", "I looked at part9.js: it is fine.\n"]
)
def test_who_asks_for_what_it_has_seen_or_only_speaks_of_a_file_is_not_asked_again(
    server: ModelServer, crowded: Project, owner: User, narrow: None, reply: str
):
    server.will(says(reply))
    assert run(wish(crowded, owner, "Is the shelf all right?")).state == "completed"
    assert len(server.seen) == 1


def test_a_model_that_only_ever_asks_comes_to_an_end(server: ModelServer, crowded: Project, owner: User, narrow: None):
    server.will(*(says(f"Show me: part{number}.js, part{number + 1}.js\n") for number in (5, 7, 9, 1)))
    assert run(wish(crowded, owner, "Look at it all")).state == "completed"
    assert len(server.seen) <= 4
    assert payloads(crowded, "file_edited") == []


def test_every_round_of_a_change_begins_with_the_same_letters(
    server: ModelServer, crowded: Project, owner: User, by_openrouter: None
):
    server.will(
        says(
            edit("index.html", "nowhere", "x") + edit("part1.js", "export const part1 = 1;", "export const part1 = 2;")
        ),
        says(edit("index.html", "<h1>Shelf</h1>", "<h1>Books</h1>")),
    )
    model = "openrouter/anthropic/claude-sonnet-4.5"
    assert run(wish(crowded, owner, "Call it books in index.html", model=model)).state == "completed"
    first, second = [seen.body["messages"][0]["content"] for seen in server.seen]
    assert first[0] == second[0]
    assert first[0]["cache_control"] == {"type": "ephemeral"}
    assert "Call it books" in first[0]["text"]
    assert first[1]["text"] != second[1]["text"]
    for call in Generation.objects.all():
        message = call.request["messages"][0]
        assert message["text"][: message["stable"]] == first[0]["text"]


def test_all_that_is_told_of_a_small_app(server: ModelServer, project: Project, owner: User):
    """The golden one: after the wording of the prompt, every word of a second message."""
    server.will(says(blueprint()), says(written(*PAGE)), says(edit("style.css", "  color: navy;", "  color: green;")))
    assert run(wish(project, owner)).state == "completed"
    assert run(wish(project, owner, "Make style.css green")).state == "completed"
    told, *turns = server.seen[-1].body["messages"]
    assert told["content"].partition("## This app\n")[2].strip() == (
        "It began with this wish:\nA shelf for my books\n\n"
        "Its files:\n"
        f"app.js ({len(PAGE['app.js'])} bytes): Part of the page.\n"
        f"index.html ({len(PAGE['index.html'])} bytes): Part of the page.\n"
        f"style.css ({len(PAGE['style.css'])} bytes): Part of the page.\n\n"
        "Their texts:\n"
        f'<file path="style.css">\n{PAGE["style.css"]}\n</file>\n\n'
        f'<file path="app.js">\n{PAGE["app.js"]}\n</file>\n\n'
        f'<file path="index.html">\n{PAGE["index.html"]}\n</file>'
    )
    assert [(turn["role"], turn["content"]) for turn in turns] == [
        ("user", "A shelf for my books"),
        ("assistant", "A shelf, quietly."),
        ("assistant", "Here they are."),
        ("user", "Make style.css green"),
    ]


def test_what_is_said_on_the_way_leaves_the_beginning_as_it_was(
    server: ModelServer, project: Project, owner: User, by_openrouter: None
):
    server.will(
        says(blueprint(("index.html",), ("style.css",))), says(written("index.html")), says(written("style.css"))
    )
    job = wish(project, owner, model="openrouter/anthropic/claude-sonnet-4.5")
    before = context_at_first_phase(job)
    telling.steer(job, "In green, please", by=owner)
    assert run(job).state == "completed"
    beginnings = [
        call.request["messages"][0]["text"][: call.request["messages"][0]["stable"]]
        for call in Generation.objects.filter(step__key__startswith="implement").order_by("created_at")
    ]
    assert len(beginnings) >= 2
    assert set(beginnings) == {before}


def context_at_first_phase(job: Job) -> str:
    """How the prompt would begin if nobody said anything."""
    rules = prompts.stack_rules(("static",))
    plan = design.plan_of(blueprint(("index.html",), ("style.css",)), able=("static",))
    values = {"rules": rules, "wish": job.input["wish"], "blueprint": reading.as_json(plan)}
    late = dict.fromkeys(("phase", "files", "written", "said"), "")
    return prompts.beginning("implement", **values, **late)
