"""Stored replies, read once more: the same tree, whatever had happened to the job."""

import pytest

from agents.engine import asking, changing, replay, runner, sinks
from agents.engine.writer import Writer
from agents.errors import NotPossible
from agents.lifecycle import leases
from agents.llm.base import Turn
from agents.models import Generation, Job, Step
from agents.recordings import catalogue
from agents.services import jobs
from projects.models import Project, User, Version
from projects.services import projects
from tests.agents.engine.replies import PAGE, blueprint, edit, says
from tests.agents.engine.replies import files as written
from tests.agents.engine.whole import build_without_a_box, in_background, run, tree, wish, work_on
from tests.fakes.model_server import ModelServer, Script
from tests.installation import wait_for

pytestmark = pytest.mark.django_db(transaction=True)

PAGES_OF_ANOTHER_MIND = "cat > style.css << 'X'\nh1 { color: teal; }\nX\ncat > app.js << 'X'\n1;\nX\n"
LINES = written(*PAGE).splitlines(keepends=True)
NEEDS = {"static": [], "python": [pytest.mark.box], "react-vite": [pytest.mark.box, pytest.mark.node]}


@pytest.fixture
def built(server: ModelServer, project: Project, owner: User) -> Job:
    server.will(says(blueprint()), says(written(*PAGE)))
    return run(wish(project, owner))


def identical(job: Job) -> int:
    """Read in three cuts, the replies give what the job staged; how many there were."""
    outcomes = [replay.run(job, chunk=chunk) for chunk in (5, replay.CHUNK, 10_000_000)]
    for outcome in outcomes:
        assert (outcome.is_identical, outcome.differences, outcome.has_same_plan) == (True, (), True)
        assert outcome.tree_hash == outcome.expected_hash
    return outcomes[0].replies


def every_recording() -> list[object]:
    return [pytest.param(one.name, marks=NEEDS[one.stack], id=one.name) for one in catalogue.built_in()]


@pytest.mark.parametrize("name", every_recording())
def test_each_recording_is_built_changed_and_replayed(project: Project, owner: User, name: str):
    recording = catalogue.get(name)
    assert recording is not None
    model = f"demo/{name}"
    made = build_without_a_box(jobs.start(project=project, text=recording.wish, by=owner, model=model))
    outcome = replay.run(made)
    assert (outcome.is_identical, outcome.tree_hash) == (True, Version.objects.get().tree_hash)
    for number, followup in enumerate(recording.followups, start=2):
        change = build_without_a_box(jobs.start(project=project, text=followup.says, by=owner, model=model))
        outcome = replay.run(change)
        assert (outcome.is_identical, outcome.tree_hash) == (True, Version.objects.get(number=number).tree_hash)
    assert identical(made) == 1 + len(made.plan)


@pytest.mark.parametrize("chunk", [1, 2, 3, 17, 1000])
def test_how_the_text_is_cut_does_not_matter(built: Job, chunk: int):
    assert replay.run(built, chunk=chunk).is_identical


# --- jobs that did not go straight ---------------------------------------------------------------


def test_a_plan_asked_for_again_is_the_one_that_counts(server: ModelServer, project: Project, owner: User):
    server.will(says("I would rather chat."), says(blueprint(stack="cobol")), says(blueprint()), says(written(*PAGE)))
    assert identical(run(wish(project, owner))) == 4


@pytest.mark.parametrize("cut", [5, 8, 12, len(LINES) - 1])
def test_a_reply_that_broke_off_counts_as_far_as_it_was_staged(
    server: ModelServer, project: Project, owner: User, cut: int
):
    missing = [path for number, path in enumerate(PAGE) if f"\nEOF_{number}x\n" not in "".join(LINES[:cut])]
    server.will(says(blueprint()), Script(pieces=LINES, cut_after=cut), says(written(*missing)))
    job = run(wish(project, owner), times=2)
    assert (job.state, identical(job)) == ("completed", 3)


def test_a_reply_that_reached_its_length_and_went_on(server: ModelServer, project: Project, owner: User):
    server.will(says(blueprint()), Script(pieces=LINES[:12], finish="length"), says(written("style.css", "app.js")))
    assert identical(run(wish(project, owner))) == 3


def test_a_failed_job_is_compared_with_what_it_had_staged(server: ModelServer, project: Project, owner: User):
    server.will(says(blueprint()), says(written("index.html")), says("Nothing more."))
    job = run(wish(project, owner), times=5)
    assert job.state == "failed"
    identical(job)
    assert list(replay.run(job).scratch.manifest()) == ["index.html"]


def test_a_job_that_only_ever_failed_to_plan(server: ModelServer, project: Project, owner: User):
    server.will(Script(status=401, error="Incorrect API key"))
    job = run(wish(project, owner))
    assert (job.state, identical(job), replay.run(job).characters) == ("failed", 1, 0)


def test_a_job_whose_worker_died_over_a_reply(server: ModelServer, project: Project, owner: User):
    """What had come beyond the last staged file was never taken in; the next worker was told otherwise."""
    server.will(says(blueprint()), Script(pieces=LINES, hang_after=12), says(PAGES_OF_ANOTHER_MIND))
    job = wish(project, owner)
    thread = in_background(job)
    wait_for(lambda: Generation.objects.filter(staged=1).exists(), seconds=60, what="the first file")
    wait_for(lambda: _take_over(job), seconds=60, what="the takeover")
    thread.join(timeout=30)
    job.refresh_from_db()
    assert (job.state, tree(project)["style.css"]) == ("completed", "h1 { color: teal; }\n")
    lost = Generation.objects.get(error_code="lost")
    unread = "cat > never.txt << 'X'\nstaged\nX\n" + written("style.css")
    Generation.objects.filter(pk=lost.pk).update(response=f"{written('index.html')}{unread}")
    assert identical(job) == 3


def _take_over(job: Job) -> bool:
    """The first worker still beats, so the moment in which its lease has run out may be missed."""
    leases.release_all()
    runner.execute(job.pk)
    job.refresh_from_db()
    return job.attempts > 1


def test_a_worker_that_died_between_two_edits_of_one_reply(server: ModelServer, built: Job, owner: User):
    """Its reply is whole, and half of it was applied; the next worker's model then wants something else."""
    both = edit("style.css", "  color: navy;", "  color: green;") + edit("app.js", "'Shelf'", "'Green'")
    other = edit("app.js", "document.title = 'Shelf';", "document.title = 'Other';")
    server.will(says(both), says(other))
    job = wish(built.project, owner, "Make it green")
    context = work_on(job)
    step = Step.objects.create(job=job, key="edit", ordinal=1, role="builder", title="Edit")
    writer = Writer(sinks.of_step(context, step))
    asked = asking.request(context, step="edit", prompt="design", values={"stacks": ""}, turns=(Turn("user", "Go"),))
    asking.read_stream(context, step, asked, writer)
    writer.changes.pop()
    changing.apply(writer)
    leases.release_all()
    assert run(job).state == "completed"
    assert tree(built.project)["app.js"].startswith("document.title = 'Other';")
    assert [row.staged for row in Generation.objects.filter(job=job)] == [1, 1]
    assert identical(job) == 2


@pytest.mark.parametrize("end", ["stop", "pause"])
def test_a_job_that_somebody_interrupted(server: ModelServer, project: Project, owner: User, end: str):
    server.will(says(blueprint()), Script(pieces=LINES, hang_after=12))
    job = wish(project, owner)
    thread = in_background(job)
    wait_for(lambda: Generation.objects.filter(staged=1).exists(), seconds=60, what="the first file")
    getattr(jobs, end)(job, by=owner)
    thread.join(timeout=30)
    assert not thread.is_alive()
    assert identical(job) == 2
    assert list(replay.run(job).scratch.manifest()) == ["index.html"]


def test_edits_are_replayed_over_the_tree_of_their_time(server: ModelServer, built: Job, owner: User):
    """The first try does not fit and is asked for again; later changes do not disturb it."""
    server.will(says(edit("style.css", "  colour: red;", "  colour: green;")),
                says(edit("style.css", "  color: navy;", "  color: green;")))  # fmt: skip
    green = run(wish(built.project, owner, "Make it green"))
    server.will(says("Away with it.\n\nrm app.js\n" + edit("style.css", "  color: green;", "  color: gold;")))
    gold = run(wish(built.project, owner, "Make it gold"))
    assert (green.state, gold.state) == ("completed", "completed")
    assert (identical(green), identical(gold), identical(built)) == (2, 1, 2)
    assert sorted(replay.run(gold).scratch.manifest()) == ["index.html", "style.css"]


def test_an_answer_in_words_changes_nothing_again(server: ModelServer, built: Job, owner: User):
    server.will(says("It is navy blue."))
    job = run(wish(built.project, owner, "Which colour is the header?"))
    assert identical(job) == 1


@pytest.mark.box
def test_packages_come_out_the_same(server: ModelServer, project: Project, owner: User):
    """`pip install` is a line in a file, but only in an app of that kind: the plan says which it is."""
    app = "cat > app.py << 'EOF_1'\npass\nEOF_1\ncat > requirements.txt << 'EOF_2'\nflask\nEOF_2\n"
    server.will(
        says(blueprint(("app.py", "requirements.txt"), stack="python")), says(f"{app}pip install rich==14.0.0\n")
    )
    job = build_without_a_box(wish(project, owner))
    identical(job)
    assert replay.run(job).scratch.read("requirements.txt") == b"flask\nrich==14.0.0\n"


def test_a_job_of_an_archived_project(built: Job, owner: User):
    projects.archive(built.project, by=owner)
    assert identical(built) == 2


def test_replies_from_before_anything_was_counted(built: Job):
    Generation.objects.update(staged=None, attempt=0)
    assert identical(built) == 2


# --- what differs --------------------------------------------------------------------------------


def tamper(old: str, new: str) -> None:
    row = Generation.objects.get(step__key="implement-1")
    assert old in row.response
    Generation.objects.filter(pk=row.pk).update(response=row.response.replace(old, new))


def differences(job: Job) -> list[tuple[str, bool, bool]]:
    outcome = replay.run(job)
    assert not outcome.is_identical
    assert outcome.tree_hash != outcome.expected_hash
    return [(one.path, one.before is not None, one.after is not None) for one in outcome.differences]


@pytest.mark.parametrize(
    ("old", "new", "found"),
    [
        ("color: navy;", "color: red;", [("style.css", True, True)]),
        ("cat > app.js", "cat > main.js", [("app.js", True, False), ("main.js", False, True)]),
        ("\nEOF_2x\n", "\n", [("app.js", True, False)]),
        ("Here they are.\n", "cat > extra.txt << 'X'\nx\nX\n", [("extra.txt", False, True)]),
    ],
)
def test_a_changed_reply_is_found_out(built: Job, old: str, new: str, found: list[tuple[str, bool, bool]]):
    tamper(old, new)
    assert differences(built) == found


def test_a_changed_plan_is_found_out(built: Job):
    row = Generation.objects.get(step__key="design")
    Generation.objects.filter(pk=row.pk).update(response=row.response.replace("A shelf for books.", "Something else."))
    outcome = replay.run(built)
    assert (outcome.is_identical, outcome.has_same_plan, outcome.differences) == (False, False, ())


# --- what cannot be replayed ---------------------------------------------------------------------


def test_a_job_that_is_not_at_rest(server: ModelServer, project: Project, owner: User):
    server.will(Script(status=503, error="Overloaded"))
    job = wish(project, owner)
    with pytest.raises(NotPossible, match=r"This job is queued. Replay it when it is at rest\."):
        replay.run(job)
    Job.objects.filter(pk=job.pk).update(state="running", lease_token=job.pk)
    with pytest.raises(NotPossible, match="This job is running"):
        replay.run(job)


def test_a_job_that_never_asked_a_model(project: Project, owner: User):
    job = wish(project, owner)
    jobs.stop(job, by=owner)
    with pytest.raises(NotPossible, match="no stored reply"):
        replay.run(job)


def test_a_job_that_is_gone(built: Job):
    Project.objects.all().delete()
    with pytest.raises(NotPossible, match="does not exist any more"):
        replay.run(built)
