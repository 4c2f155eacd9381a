"""What a model may answer instead of an answer: the job says what happened, keeps nothing half, and goes on later."""

import json
from typing import Any

import pytest

from agents.models import Generation
from agents.services import jobs
from projects.models import Project, ProjectFile, User, Version
from tests.agents.conftest import owner, project
from tests.agents.engine.conftest import server, shared_server
from tests.agents.engine.replies import PAGE, blueprint, files, says
from tests.agents.engine.whole import payloads, run, tree, wish
from tests.fakes.model_server import ModelServer, Script

__all__ = ["owner", "project", "server", "shared_server"]

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.shape]

NOISE = "".join(chr(33 + number * 7 % 90) for number in range(4000))
HUGE = {"prompt_tokens": 10**30, "completion_tokens": 10**30, "total_tokens": 10**30, "cost": 1e300}
BELOW = {"prompt_tokens": -5, "completion_tokens": -1, "total_tokens": -6, "cost": -3}

# Told what is wrong with it the model says the same again: it is not asked a third time.
STUCK = ("failed", "malformed_output", "the same plan again")

# What comes, the job's state after one attempt, and the code and words that people are told.
DESIGNS: dict[str, tuple[Script, str, str, str]] = {
    "nothing at all": (Script(pieces=()), "queued", "", "without a word"),
    "noise": (says(NOISE), *STUCK),
    "nulls and halves": (says("\0\ud800\0" * 500), *STUCK),
    "a plan cut in the middle": (says(blueprint()[:200]), *STUCK),
    "a plan that is no JSON": (says("<blueprint>{'name': }</blueprint>"), *STUCK),
    "a plan nested without end": (says(f"<blueprint>{'[' * 9000}</blueprint>"), *STUCK),
    "a plan of numbers": (says("<blueprint>[1, 2]</blueprint>"), *STUCK),
    "a path that leaves": (says(blueprint(("../../etc/passwd",))), *STUCK),
    "a path with a null": (says(blueprint(("a\0b.html", "index.html"))), *STUCK),
    "a path on a Windows drive": (says(blueprint(("C:\\x.html", "index.html"))), *STUCK),
    "a connection cut": (says(blueprint(), cut_after=2), "queued", "", ""),
    "an end nobody said": (says(blueprint()[:150], finish=None, done=False), "queued", "", ""),
    "lines that are no JSON": (Script(raw=("data: {oops\n\n", "data: [DONE]\n\n")), "queued", "", ""),
    "an error inside the stream": (says(blueprint(), error_after=1), "queued", "", ""),
    "an error with nulls in it": (Script(status=500, error="bad\0\ud800 thing"), "queued", "", ""),
    "a key that is refused": (Script(status=401, error="wrong\0key"), "failed", "auth", "wrong"),
    "no credit": (Script(status=402, error="pay"), "failed", "quota", "pay"),
    "a model nobody has": (Script(status=404, error="no such model"), "failed", "invalid_input", "no such model"),
    "too often": (Script(status=429, error="slow down"), "queued", "", "slow down"),
}


@pytest.mark.parametrize("case", DESIGNS.values(), ids=DESIGNS)
def test_a_bad_plan_is_told_and_the_next_one_is_taken(
    server: ModelServer, project: Project, owner: User, case: tuple[Script, str, str, str]
) -> None:
    script, state, code, words = case
    server.will(script)
    job = run(wish(project, owner))
    assert job.state == state
    assert (job.error or {}).get("code", "") == code
    told = payloads(project, "job_failed" if state == "failed" else "job_queued")[-1]
    assert words in told["message"]
    assert told["message"].startswith("" if state == "failed" else "Trying again in ")
    if state == "failed":
        assert job.error is not None
        assert job.error["user_action"].endswith(".")
    assert (Version.objects.count(), ProjectFile.objects.count(), job.plan, job.blueprint) == (0, 0, [], {})
    assert set(Generation.objects.values_list("state", flat=True)) == {"settled"}

    server.will(says(blueprint()), says(files(*PAGE)))
    if state == "failed":
        jobs.retry(job, by=owner)
    assert (run(job).state, tree(project)) == ("completed", PAGE)


NAMES = {
    "emoji alone": ("\U0001f98a\U0001f3f3\ufe0f\u200d\U0001f308", "\U0001f98a\U0001f3f3\ufe0f\u200d\U0001f308"),
    "three hundred letters": ("n" * 300, "n" * 79 + "…"),
    "the other direction": ("\u202egnp.exe\u202c", "gnp.exe"),
    "control characters": ("\x01\x1b[31mRed\x07\n\n", "[31mRed"),
    "space around it": ("  \u2003Shelf \t", "Shelf"),
    "a null": ("She\0lf", "She\ufffdlf"),
    "half a letter": ("She\ud800lf", "She\ufffdlf"),
    "markup": ("<script>alert(1)</script>", "<script>alert(1)</script>"),
    "another script": ("مكتبة الأدوات", "مكتبة الأدوات"),
}


@pytest.mark.parametrize(("name", "kept"), NAMES.values(), ids=NAMES)
def test_a_name_from_the_model_is_made_fit_to_be_one(
    server: ModelServer, project: Project, owner: User, name: str, kept: str
) -> None:
    project.settings["is_name_provisional"] = True
    project.save()
    server.will(says(blueprint(name=name, description=f"About {name}.")), says(files(*PAGE)))
    assert run(wish(project, owner)).state == "completed"
    project.refresh_from_db()
    assert (project.name, project.slug) == (kept, "shelf")


@pytest.mark.parametrize("name", ["", " ", "\u202e", 7, None, ["x"]])
def test_a_plan_without_a_name_is_asked_for_again(
    server: ModelServer, project: Project, owner: User, name: Any
) -> None:
    server.will(says(blueprint(name=name)), says(blueprint()), says(files(*PAGE)))
    assert run(wish(project, owner)).state == "completed"
    assert "name" in server.seen[1].body["messages"][-1]["content"]


@pytest.mark.parametrize("usage", [HUGE, BELOW, {}, None], ids=["huge", "below", "empty", "none"])
@pytest.mark.parametrize("finish", ["stop", "x" * 5000, "st\0op"])
def test_what_a_provider_counts_cannot_hurt(
    server: ModelServer, project: Project, owner: User, usage: dict[str, Any] | None, finish: str
) -> None:
    server.will(says(blueprint(), usage=usage, finish=finish), says(files(*PAGE), usage=usage, finish=finish))
    assert run(wish(project, owner)).state == "completed"
    for generation in Generation.objects.all():
        assert 0 <= generation.input_tokens <= 2**31 - 1
        assert 0 <= generation.output_tokens <= 2**31 - 1


FILES: dict[str, str] = {
    "nothing": "",
    "noise": NOISE,
    "one file without its end": files(*PAGE)[:-10],
    "another file": files("index.html").replace("index.html", "other.html"),
    "a file outside": "cat > ../../evil.html << 'EOF_1'\nx\nEOF_1\n",
    "a file with a null in its name": "cat > a\0b.html << 'EOF_1'\nx\nEOF_1\n",
    "a file in git": "cat > .git/config << 'EOF_1'\nx\nEOF_1\n",
}


@pytest.mark.parametrize("name", FILES)
def test_files_that_are_none_become_no_version(server: ModelServer, project: Project, owner: User, name: str) -> None:
    text = FILES[name]
    server.will(says(blueprint()), says(text))
    job = run(wish(project, owner))
    if name == "nothing":
        assert job.state == "queued"
        assert "without a word" in payloads(project, "job_queued")[-1]["message"]
    else:  # the same reply twice
        assert job.state == "failed"
        assert "gave the same answer again" in payloads(project, "job_failed")[-1]["message"]
        jobs.retry(job, by=owner)
    assert (Version.objects.count(), ProjectFile.objects.count()) == (0, 0)
    server.will(says(files(*PAGE)))
    assert run(job).state == "completed"
    assert {path: body for path, body in tree(project).items() if path in PAGE} == PAGE
    assert set(tree(project)) <= {*PAGE, "other.html"}


def test_a_blueprint_of_hostile_words_is_kept_and_shown(
    server: ModelServer, project: Project, owner: User, client: Any
) -> None:
    """Everything in it comes back as JSON, as rows and on the page, on either database."""
    odd = "\0\ud800\u202e<evil>\x07"
    plan = json.loads(blueprint().partition("<blueprint>")[2].partition("</blueprint>")[0])
    plan |= {
        "description": odd,
        "features": [odd],
        "data": [odd],
        "look": {"mood": odd, "palette": [odd], "type": odd},
        "pages": [{"path": odd, "title": odd, "purpose": odd}],
    }
    plan["phases"][0]["title"] = odd
    server.will(says(f"{odd}\n<blueprint>{json.dumps(plan)}</blueprint>"), says(odd + files(*PAGE)))
    assert run(wish(project, owner)).state == "completed"
    client.force_login(owner, backend="django.contrib.auth.backends.ModelBackend")
    page = client.get(f"/p/{owner.handle}/{project.slug}/")
    assert page.status_code == 200
    assert "\u202e" not in page.content.decode().partition("<main")[0]
    assert "<evil>" not in page.content.decode()
