"""What was made is looked at before the work goes on: in real boxes, with a model that answers over a socket."""

from collections.abc import Iterator

import pytest
from pytest_django.fixtures import Settings

from agents.engine import replay, review
from agents.enums import JobKind
from agents.lifecycle import leases
from agents.models import Generation, Job, Message
from agents.services import jobs
from projects.models import Project, User
from projects.services import files
from sandboxes.models import Command, Sandbox
from sandboxes.runtime import lifecycle
from tests.agents.engine.replies import asked, blueprint, edit, says
from tests.agents.engine.whole import in_background, payloads, run, tree, wish
from tests.fakes.model_server import ModelServer, Script
from tests.installation import wait_for
from tests.sandboxes import apps, registry
from tests.sandboxes.runtime.test_checking import TYPED, WRONG

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.box, pytest.mark.timeout(180)]

APP = {**apps.FLASK, "store.py": "def books():\n    return []\n"}
BROKEN = "def books(:\n    return []\n"
PHASES = (("requirements.txt", "store.py"), ("app.py", "templates/index.html"))
MENDED = edit("store.py", "def books(:", "def books():")


@pytest.fixture(autouse=True)
def _put_away(project: Project) -> Iterator[None]:
    yield
    for sandbox in Sandbox.objects.filter(project=project):
        lifecycle.destroy(sandbox)


def written(texts: dict[str, str]) -> Script:
    return says(
        "\n".join(f"cat > {path} << 'EOF_{at}x'\n{text}EOF_{at}x\n" for at, (path, text) in enumerate(texts.items()))
    )


def phase(number: int, **instead: str) -> Script:
    changed = {path.replace("__", "."): text for path, text in instead.items()}
    return written({path: changed.get(path, APP[path]) for path in PHASES[number - 1]})


def steps(job: Job) -> list[tuple[str, str]]:
    return list(job.steps.values_list("key", "state"))


def keys(job: Job) -> list[str]:
    return [key for key, _ in steps(job)]


SOUND = ["design", "implement-1", "check-1", "implement-2", "check-2", "install", "start"]


@pytest.fixture
def built(server: ModelServer, project: Project, owner: User) -> Project:
    server.will(says(blueprint(*PHASES, stack="python")), phase(1), phase(2))
    job = run(wish(project, owner))
    assert (job.state, job.error, keys(job)) == ("completed", None, SOUND)
    return project


def test_a_sound_app_is_looked_at_and_nobody_is_asked(server: ModelServer, built: Project) -> None:
    assert len(server.seen) == 3
    checks = Command.objects.filter(sandbox__project=built, kind="check")
    assert {(check.title, check.exit_code) for check in checks} == {("Check the syntax", 0)}
    assert payloads(built, "review_found") == []


def test_what_a_phase_got_wrong_is_put_right_before_the_next(
    server: ModelServer, project: Project, owner: User
) -> None:
    server.will(says(blueprint(*PHASES, stack="python")), phase(1, store__py=BROKEN), says(MENDED), phase(2))
    job = run(wish(project, owner))
    assert (job.state, tree(project)) == ("completed", APP)
    assert keys(job) == [*SOUND[:3], "review-1", "check-1-again", *SOUND[3:]]
    assert Generation.objects.get(job=job, step__key="review-1").role == "reviewer"
    told = asked(server)[2]
    assert "The check found 1 fault." in told
    assert ">    1 def books(:" in told
    assert "Planned, and not written yet: app.py, templates/index.html" in told
    [shown] = payloads(project, "review_found")
    assert (shown["job"], shown["step"], shown["of"]) == (str(job.pk), "review-1", "phase 1")
    assert "store.py" in shown["text"]


def test_what_is_not_put_right_holds_up_nothing_and_is_asked_for_once_more_at_the_end(
    server: ModelServer, project: Project, owner: User
) -> None:
    """The app does not import it, so it runs."""
    useless = says(edit("store.py", "    return []", "    return [1]"))
    server.will(says(blueprint(*PHASES, stack="python")), phase(1, store__py=BROKEN), useless, phase(2), says("Hm."))
    job = run(wish(project, owner))
    assert (job.state, job.error) == ("completed", None)
    assert keys(job) == [
        *SOUND[:3], "review-1", "check-1-again", "implement-2", "check-2", "review-2", "install", "start",
    ]  # fmt: skip
    assert "SyntaxError" in review.left(job)


def test_what_was_told_before_is_no_reason_for_another_round(
    server: ModelServer, project: Project, owner: User
) -> None:
    phases = (PHASES[0], ("app.py",), ("templates/index.html",))
    rest = [written({path: APP[path]}) for paths in phases[1:] for path in paths]
    plan = says(blueprint(*phases, stack="python"))
    server.will(plan, phase(1, store__py=BROKEN), says("No."), *rest, says(MENDED))
    job = run(wish(project, owner))
    assert (job.state, tree(project)) == ("completed", APP)
    assert [key for key in keys(job) if key.startswith("review")] == ["review-1", "review-3"]


def test_what_is_left_is_told_to_whoever_mends_the_app(server: ModelServer, project: Project, owner: User) -> None:
    uses = "import store\n" + APP["app.py"]
    server.will(
        says(blueprint(*PHASES, stack="python")), phase(1, store__py=BROKEN), says("No."),
        phase(2, app__py=uses), says("No."), says(MENDED),
    )  # fmt: skip
    job = run(wish(project, owner))
    assert (job.state, tree(project)["store.py"]) == ("completed", APP["store.py"])
    told = asked(server)[-1]
    assert "The app did not answer with a page." in told
    assert "Before it was started:\nThe check found 1 fault." in told


def test_a_model_that_refuses_holds_up_nothing(server: ModelServer, project: Project, owner: User) -> None:
    refuses = Script(status=401, error="no such key")
    server.will(says(blueprint(*PHASES, stack="python")), phase(1, store__py=BROKEN), refuses, phase(2), refuses)
    job = run(wish(project, owner))
    assert (job.state, job.error) == ("completed", None)
    assert Message.objects.filter(job=job, text__startswith="What the check found was not put right").count() == 2


def test_a_worker_that_dies_while_it_puts_right_leaves_that_to_the_next(
    server: ModelServer, project: Project, owner: User
) -> None:
    hangs = Script(pieces=["Hm.\n"], hang_after=1)
    server.will(says(blueprint(*PHASES, stack="python")), phase(1, store__py=BROKEN), hangs, says(MENDED), phase(2))
    job = wish(project, owner)
    thread = in_background(job)
    wait_for(lambda: Generation.objects.filter(step__key="review-1").exists(), seconds=60, what="the review to begin")
    leases.release_all()
    assert run(job).state == "completed"
    thread.join(30)
    assert keys(job) == [*SOUND[:3], "review-1", "check-1-again", *SOUND[3:]]
    assert len(payloads(project, "review_found")) == 1


def test_its_replies_give_the_same_tree_again(server: ModelServer, project: Project, owner: User) -> None:
    server.will(says(blueprint(*PHASES, stack="python")), phase(1, store__py=BROKEN), says(MENDED), phase(2))
    outcome = replay.run(run(wish(project, owner)))
    assert (outcome.is_identical, outcome.replies) == (True, 4)


# --- after a change ------------------------------------------------------------------------------


def change(project: Project, owner: User) -> Job:
    return run(jobs.start(project=project, text="Change the store", by=owner, model="own-model"))


def test_a_change_is_looked_at_too(server: ModelServer, built: Project, owner: User) -> None:
    server.will(says(edit("store.py", "def books():\n    return []", "def books(:\n    return [1]")), says(MENDED))
    job = change(built, owner)
    assert (job.state, tree(built)["store.py"]) == ("completed", "def books():\n    return [1]\n")
    assert keys(job) == ["edit", "check-edit", "review-edit", "check-edit-again", "install", "start"]


def test_what_was_wrong_before_is_not_the_changes_to_put_right(
    server: ModelServer, project: Project, owner: User
) -> None:
    plan = says(blueprint(*PHASES, stack="python"))
    server.will(plan, phase(1, store__py=BROKEN), says("No."), phase(2), says("No."))
    assert run(wish(project, owner)).state == "completed"
    server.will(
        says(edit("templates/index.html", "<!doctype html><title>Shelf</title><h1>A shelf of books</h1>", "<h1>X</h1>"))
    )
    job = change(project, owner)
    assert (job.state, keys(job)) == ("completed", ["edit", "check-edit", "install", "start"])
    assert len(server.seen) == 1


# --- where it is left out ------------------------------------------------------------------------


def test_an_answer_is_not_looked_at(server: ModelServer, built: Project, owner: User) -> None:
    server.will(says("It would go into store.py."))
    job = run(jobs.start(project=built, text="How?", by=owner, model="own-model", kind=JobKind.PLAN))
    assert keys(job) == ["plan"]


def test_where_nothing_can_be_run_it_is_left_out_and_told_once(
    server: ModelServer, built: Project, owner: User, settings
) -> None:
    settings.SANDBOX_BACKEND = "none"
    server.will(says(edit("store.py", "    return []", "    return [1]")))
    job = jobs.start(project=built, text="Change the store", by=owner, model="own-model")
    job = run(job)
    assert "check-edit" not in keys(job)
    said = Message.objects.filter(job=job, text__startswith="The app was not checked on its way")
    assert [one.text for one in said] == ["The app was not checked on its way: this machine has no place to run it in."]


def test_packages_that_cannot_be_had_are_left_to_the_step_that_is_for_them(
    server: ModelServer, project: Project, owner: User, settings: Settings
) -> None:
    """And they are tried once on the way, not after every phase."""
    registry.reach(settings)
    gone = phase(1, requirements__txt="no-such-package-of-ours-1a2b\n")
    mended = says("cat > requirements.txt << 'X'\nflask\nX\n")
    server.will(says(blueprint(*PHASES, stack="python")), gone, phase(2), mended)
    job = run(wish(project, owner))
    assert (job.state, job.error) == ("completed", None)
    assert [key for key in keys(job) if key.startswith(("check", "install"))] == ["check-1", "install", "install-2"]


def test_a_recording_is_not_asked_what_it_cannot_answer(project: Project, owner: User) -> None:
    job = run(jobs.start(project=project, text="A tool library", by=owner, model="demo/tool-library"))
    assert (job.state, [key for key in keys(job) if key.startswith("check")]) == ("completed", [])


# --- types ---------------------------------------------------------------------------------------

PARTS = (
    ("package.json", "tsconfig.json", "vite.config.ts", "src/main.tsx"),
    ("src/App.tsx", "index.html"),
)


@pytest.mark.node
def test_types_are_judged_when_what_they_rest_on_is_there(server: ModelServer, project: Project, owner: User) -> None:
    first, second = ({path: TYPED[path] for path in paths} for paths in PARTS)
    right = edit("src/App.tsx", '  const one: number = "one";', "  const one: number = 1;")
    server.will(
        says(blueprint(*PARTS, stack="react-vite")), written(first), written({**second, "src/App.tsx": WRONG}),
        says(right),
    )  # fmt: skip
    job = run(wish(project, owner))
    assert (job.state, job.error) == ("completed", None)
    assert [key for key in keys(job) if key.startswith(("check", "review"))] == [
        "check-1", "check-2", "review-2", "check-2-again",
    ]  # fmt: skip
    assert job.steps.get(key="check-1").output["findings"] == []
    assert "src/App.tsx(2,9): error TS2322" in asked(server)[-1]
    assert "const one: number = 1;" in tree(project)["src/App.tsx"]


# --- asked for by a person -----------------------------------------------------------------------


def test_an_app_is_looked_over_when_somebody_asks(server: ModelServer, built: Project, owner: User) -> None:
    job = run(jobs.start(project=built, text="", by=owner, model="own-model", kind=JobKind.REVIEW))
    assert (job.state, keys(job)) == ("completed", ["check-all"])
    assert Message.objects.get(job=job, role="assistant").text == "The checks find nothing to put right."


def test_what_is_found_then_is_put_right_and_tried(server: ModelServer, built: Project, owner: User) -> None:
    files.save(built.branches.get(), "store.py", BROKEN.encode(), by=owner)
    server.will(says(MENDED))
    job = run(jobs.start(project=built, text="", by=owner, model="own-model", kind=JobKind.REVIEW))
    assert (job.state, tree(built)) == ("completed", APP)
    assert keys(job) == ["check-all", "review-all", "check-all-again", "install", "start"]
