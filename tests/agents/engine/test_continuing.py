"""Whole jobs over a real socket whose model breaks off inside a file: it is gone on with, and byte for byte whole."""

import pytest

from agents.engine import continuing, replay
from agents.llm.base import Begun
from agents.models import Generation, Job
from projects.models import Project, User
from tests.agents.engine.replies import asked, blueprint, says
from tests.agents.engine.whole import payloads, run, tree, wish
from tests.fakes.model_server import ModelServer, Script

pytestmark = pytest.mark.django_db(transaction=True)

LONG = "".join(f"const row{number} = 'número {number}';\n" for number in range(60))
OTHER = '<!doctype html>\n<script src="app.js"></script>\n'


def block(path: str, text: str, mark: str = "EOF_1") -> str:
    return f"cat > {path} << '{mark}'\n{text}{mark}\n"


def lines(text: str) -> list[str]:
    return text.splitlines(keepends=True)


def cut(*, after: int, text: str = LONG, **more: object) -> Script:
    """A reply that holds so many whole lines of the file, and half of the next."""
    there = "".join(lines(text)[:after]) + lines(text)[after][:7]
    return says(f"Here it is.\n\ncat > app.js << 'EOF_1'\n{there}", finish="length", **more)


def rest(*, after: int, repeats: int = 0, text: str = LONG) -> str:
    return "".join(lines(text)[after - repeats :])


@pytest.fixture
def job(server: ModelServer, project: Project, owner: User) -> Job:
    return wish(project, owner)


PLAN = says(blueprint(("app.js", "index.html")))


def ends_well(job: Job, project: Project) -> None:
    assert (job.state, job.error) == ("completed", None)
    assert tree(project) == {"app.js": LONG, "index.html": OTHER}
    assert replay.run(job).is_identical
    assert [payload["path"] for payload in payloads(project, "file_closed")] == ["app.js", "index.html"]


@pytest.mark.parametrize("repeats", [0, 1, 12, 40])
def test_what_reached_its_length_is_gone_on_with(server: ModelServer, job: Job, project: Project, repeats: int):
    server.will(
        PLAN, cut(after=40), says(block("app.js", rest(after=40, repeats=repeats)) + block("index.html", OTHER))
    )
    ends_well(run(job), project)
    messages = server.seen[-1].body["messages"]
    assert messages[-2]["content"] == f"cat > app.js << 'EOF_continued'\n{''.join(lines(LONG)[:40])}"
    assert "begins with the line after it" in messages[-1]["content"]
    assert Generation.objects.get(finish_reason="length").staged == 0


def test_it_may_be_cut_off_again_and_again(server: ModelServer, job: Job, project: Project):
    cuts = [cut(after=20), *(cut(after=5, text=rest(after=at)) for at in range(20, 50, 5))]
    server.will(PLAN, *cuts, says(block("app.js", rest(after=50)) + block("index.html", OTHER)))
    ends_well(run(job), project)
    assert len(server.seen) == 2 + len(cuts)


def test_after_a_cut_connection_the_next_attempt_goes_on(server: ModelServer, job: Job, project: Project):
    pieces = lines(f"cat > app.js << 'EOF_1'\n{LONG}EOF_1\n")
    server.will(
        PLAN,
        Script(pieces=pieces, cut_after=31),
        says(block("app.js", rest(after=30))),
        says(block("index.html", OTHER)),
    )
    assert run(job).state == "queued"
    ends_well(run(job), project)
    assert Generation.objects.order_by("created_at")[2].request["begun"]["text"] == "".join(lines(LONG)[:30])


def test_what_a_dead_worker_had_read_is_not_paid_for_again(server: ModelServer, job: Job, project: Project):
    server.will(PLAN, cut(after=30), says(block("app.js", rest(after=30)) + block("index.html", OTHER)))
    run(job)
    step = job.steps.get(key="implement-1")
    first = Generation.objects.filter(step=step).earliest("created_at")
    Generation.objects.filter(step=step).exclude(pk=first.pk).delete()
    Generation.objects.filter(pk=first.pk).update(error_code="lost", finish_reason="")
    assert continuing.unfinished(step) == Begun("app.js", "".join(lines(LONG)[:30]))


def test_a_model_may_write_all_of_it_anew(server: ModelServer, job: Job, project: Project):
    server.will(PLAN, cut(after=45), says(block("app.js", LONG) + block("index.html", OTHER)))
    ends_well(run(job), project)


def test_what_nobody_can_join_is_asked_for_whole(server: ModelServer, job: Job, project: Project):
    muddled = "".join(lines(LONG)[25:30]) + "const other = 1;\n" + rest(after=31)
    server.will(
        PLAN, cut(after=40), says(block("app.js", muddled)), says(block("app.js", LONG) + block("index.html", OTHER))
    )
    ends_well(run(job), project)
    assert asked(server)[-1] == "Write these files now: app.js, index.html"
    assert "written anew" in payloads(project, "file_abandoned")[-1]["reason"]


def test_little_is_asked_for_whole(server: ModelServer, job: Job, project: Project):
    server.will(PLAN, cut(after=3), says(block("app.js", LONG) + block("index.html", OTHER)))
    ends_well(run(job), project)
    assert asked(server)[-1] == "Write these files now: app.js, index.html"


def test_a_model_that_goes_on_with_nothing_is_not_asked_for_ever(server: ModelServer, job: Job, project: Project):
    server.will(PLAN, cut(after=40), says("cat > app.js << 'EOF_1'\n", finish="length"))
    job = run(job)
    assert (job.state, len(server.seen)) == ("queued", 5)
    assert "did not finish app.js, index.html in 3 tries" in job.attempt_rows.get().error


def test_a_new_file_of_an_edit_is_gone_on_with(server: ModelServer, project: Project, owner: User, job: Job):
    server.will(PLAN, says(block("app.js", LONG) + block("index.html", OTHER)))
    run(job)
    longer = LONG.replace("row", "column")
    server.will(cut(after=33, text=longer), says(block("app.js", rest(after=33, text=longer))))
    second = run(wish(project, owner, "Call them columns"))
    assert (second.state, tree(project)["app.js"]) == ("completed", longer)
    assert replay.run(second).is_identical


def test_no_file_is_ever_kept_in_part(server: ModelServer, job: Job, project: Project):
    server.will(PLAN, cut(after=40), says("cat > app.js << 'EOF_1'\n", finish="length"))
    run(job, times=6)
    job.refresh_from_db()
    assert (job.state, job.error and job.error["code"]) == ("failed", "truncated")
    assert payloads(project, "file_closed") == []


def test_an_edit_that_broke_off_is_no_file(server: ModelServer, project: Project, owner: User, job: Job):
    server.will(PLAN, says(block("app.js", LONG) + block("index.html", OTHER)))
    run(job)
    half = '<edit path="app.js">\n<<<<<<< SEARCH\n' + LONG[:900]
    longer = LONG.replace("row", "column")
    server.will(says(half, finish="length"), says(block("app.js", longer)))
    second = run(wish(project, owner, "Call them columns"))
    assert (second.state, tree(project)["app.js"]) == ("completed", longer)
    assert replay.run(second).is_identical


def test_a_new_file_of_an_edit_that_nobody_can_join_is_asked_for_again(
    server: ModelServer, project: Project, owner: User, job: Job
):
    server.will(PLAN, says(block("app.js", LONG) + block("index.html", OTHER)))
    run(job)
    longer = LONG.replace("row", "column")
    muddled = says(block("new.js", "// other\n" + longer))
    first = says("cat > new.js << 'EOF_1'\n" + "".join(lines(longer)[:40]), finish="length")
    server.will(first, muddled, says(block("new.js", longer)))
    second = run(wish(project, owner, "A second one"))
    assert (second.state, tree(project)["new.js"]) == ("completed", longer)
    assert replay.run(second).is_identical


def test_one_that_begins_again_and_again_is_not_asked_for_ever(server: ModelServer, job: Job):
    """Its output is shorter than the file: each time it starts over, and is cut off again."""
    replies = []
    for number in range(10):
        replies.append(says(block("app.js", f"// whole {number}\n{LONG}")))
        begun = "".join(lines(LONG)[:38])
        replies.append(says(f"cat > app.js << 'EOF_1'\n// try {number}\n{begun}", finish="length"))
    server.will(PLAN, cut(after=40), *replies)
    job = run(job)
    assert (job.state, len(server.seen)) == ("queued", 5)


def test_what_gave_no_word_in_between_takes_nothing_away(server: ModelServer, job: Job, project: Project):
    pieces = lines(f"cat > app.js << 'EOF_1'\n{LONG}EOF_1\n")
    down = [Script(status=503)] * 3
    server.will(
        PLAN,
        Script(pieces=pieces, cut_after=31),
        *down,
        says(block("app.js", rest(after=30)) + block("index.html", OTHER)),
    )
    ends_well(run(job, times=3), project)
    assert Generation.objects.latest("created_at").request["begun"]["path"] == "app.js"
