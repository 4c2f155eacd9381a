"""How a replay that differs is told: in one sentence, by path, and line by line where that helps."""

import pytest

from agents.engine import comparing, replay
from agents.models import Generation, Job
from projects.models import Change, Project, User
from tests.agents.engine.replies import PAGE, blueprint, says
from tests.agents.engine.replies import files as written
from tests.agents.engine.whole import run, wish
from tests.fakes.model_server import ModelServer

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def built(server: ModelServer, project: Project, owner: User) -> Job:
    server.will(says(blueprint()), says(written(*PAGE)))
    return run(wish(project, owner))


def tampered(job: Job, old: str, new: str, *, step: str = "implement-1") -> replay.Outcome:
    row = Generation.objects.get(step__key=step)
    Generation.objects.filter(pk=row.pk).update(response=row.response.replace(old, new))
    return replay.run(job)


def told(outcome: replay.Outcome) -> list[str]:
    return [line for one in outcome.differences for line in comparing.lines(outcome, one)]


def test_nothing_differs(built: Job):
    outcome = replay.run(built)
    assert comparing.sentence(outcome) == "Identical: the stored replies give the tree that the job staged."
    assert (told(outcome), comparing.differences(outcome, most=9)) == ([], [])


def test_a_line_differs(built: Job):
    outcome = tampered(built, "navy", "teal")
    assert comparing.sentence(outcome) == "Different: 1 file (style.css)."
    assert comparing.differences(outcome, most=9) == [
        {"path": "style.css", "change": "other content", "added": 1, "removed": 1}
    ]
    assert told(outcome) == [
        "--- style.css (job)", "+++ style.css (replay)", "@@ -1,3 +1,3 @@",
        " h1 {", "-  color: navy;", "+  color: teal;", " }",
    ]  # fmt: skip


def test_only_the_first_paths_are_named(built: Job):
    outcome = tampered(built, "cat > ", "cat > moved/")
    assert comparing.sentence(outcome) == "Different: 6 files (app.js, index.html, moved/app.js, …)."
    [first] = comparing.differences(outcome, most=1)
    assert first == {"path": "app.js", "change": "missing in the replay", "added": 0, "removed": 2}


def test_only_the_plan_differs(built: Job):
    outcome = tampered(built, "A shelf for books.", "Another.", step="design")
    assert comparing.sentence(outcome).startswith("Different: the files are the same, but")


def test_what_is_long_or_no_text_is_not_compared(built: Job):
    outcome = tampered(built, "navy", "x" * 1_100_000)
    assert told(outcome)[2:] == ["(not compared line by line: long, or not text)"]


def test_a_mode_differs(built: Job):
    Change.objects.filter(path="app.js").update(executable=True)
    outcome = replay.run(built)
    assert comparing.differences(outcome, most=9) == [
        {"path": "app.js", "change": "other mode", "added": 0, "removed": 0}
    ]
    assert told(outcome) == ["--- app.js (job)", "+++ app.js (replay)"]


def test_both_sides_in_figures(built: Job):
    Generation.objects.filter(step__key="implement-1").update(
        input_tokens=100, cache_read_tokens=20, cache_write_tokens=3, output_tokens=7, cost="0.25", duration_ms=1500
    )
    Generation.objects.filter(step__key="design").update(
        input_tokens=1, cache_read_tokens=0, cache_write_tokens=0, output_tokens=2, cost=None, duration_ms=500
    )
    outcome = tampered(built, "cat > style.css", "cat > other/style.css")
    both = comparing.figures(outcome, seconds=0.25)
    assert both["job"] == {"files": 3, "cost": "0.250000", "input_tokens": 124, "output_tokens": 9, "seconds": 2.0}
    assert both["replay"] == {"files": 3, "cost": "0.000000", "input_tokens": 0, "output_tokens": 0, "seconds": 0.25}
    assert [line.split() for line in comparing.table(both)][2] == ["cost", "$0.250000", "$0.000000"]


def test_of_a_part_its_figures_are_compared(built: Job):
    Generation.objects.filter(step__key="implement-1").update(output_tokens=7, cost=None, duration_ms=None)
    both = comparing.figures(replay.run(built, from_step="implement-1"), seconds=0)
    assert (both["job"]["output_tokens"], both["job"]["cost"], both["job"]["seconds"]) == (7, None, 0.0)
    assert any("not known" in line for line in comparing.table(both))
