"""`manage.py replay_generation`: says whether a job's replies still give its tree, and touches nothing."""

import json
import socket
import subprocess
import sys
import threading
import time
import uuid
from io import StringIO
from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command
from django.db import connection, connections
from django.test.utils import CaptureQueriesContext

from agents.engine import replay
from agents.enums import WaitingFor
from agents.errors import NotPossible
from agents.lifecycle import moves
from agents.llm.pump import MAX_CHARACTERS
from agents.models import Generation, Job, Step
from agents.services import jobs
from projects import feed
from projects.models import Project, User, Version
from projects.services import changesets
from tests.agents.engine.whole import work_on

pytestmark = pytest.mark.django_db(transaction=True)

COMMANDS = "from agents.management.commands import record_generation, replay_generation"
LOADED = f"import django; django.setup(); {COMMANDS}; import sys; print('litellm' in sys.modules)"


def ask(*arguments: object) -> tuple[int, str]:
    """The exit code and what was said, on whichever stream."""
    out = StringIO()
    try:
        call_command("replay_generation", *map(str, arguments), stdout=out)
    except SystemExit as end:
        return int(end.code or 0), out.getvalue()
    except CommandError as sorry:
        return sorry.returncode, str(sorry)
    return 0, out.getvalue()


def tamper(old: str, new: str) -> None:
    row = Generation.objects.get(step__key="implement-1")
    Generation.objects.filter(pk=row.pk).update(response=row.response.replace(old, new))


def test_identical_is_zero(built: Job):
    code, said = ask(built.pk)
    hashed = Version.objects.get().tree_hash
    assert code == 0
    assert f"The job staged   {hashed} (version 1)\nThe replay gives {hashed}\nIdentical: " in said
    assert said.startswith("3 replies, ")


@pytest.mark.parametrize("chunk", [1, 10_000_000])
def test_the_cut_can_be_chosen(built: Job, chunk: int):
    assert ask(built.pk, "--chunk", chunk)[0] == 0


def test_different_is_one_and_shows_how(built: Job):
    tamper("<title>Spine</title>", "<title>Spine\x1b[2J</title>")
    tamper("cat > scripts/books.js", "cat > scripts/elsewhere.js")
    code, said = ask(built.pk)
    assert code == 1
    assert "Different: 3 files (index.html, scripts/books.js, scripts/elsewhere.js)." in said
    assert "--- index.html (job)\n+++ index.html (replay)\n@@ " in said
    assert "-    <title>Spine</title>\n+    <title>Spine\ufffd[2J</title>\n" in said
    assert "+++ not in the replay" in said
    assert "--- not in the job" in said
    assert "\x1b" not in said


def test_as_json(built: Job):
    code, said = ask(built.pk, "--json")
    answer = json.loads(said)
    assert (code, answer["verdict"], answer["job"], answer["differences"]) == (0, "identical", str(built.pk), [])
    assert answer["tree_hash"] == answer["expected_hash"] == Version.objects.get().tree_hash
    tamper("cat > index.html", "cat > main.html")
    code, said = ask(built.pk, "--json")
    answer = json.loads(said)
    assert (code, answer["verdict"], answer["difference_count"]) == (1, "different", 2)
    assert answer["differences"] == [
        {"path": "index.html", "change": "missing in the replay", "added": 0, "removed": 66},
        {"path": "main.html", "change": "only in the replay", "added": 66, "removed": 0},
    ]
    code, said = ask(uuid.uuid4(), "--json")
    assert (code, json.loads(said)["verdict"]) == (2, "impossible")


def test_the_replayed_files_can_be_kept(built: Job, tmp_path: Path):
    folder = tmp_path / "a" / "tree"
    assert ask(built.pk, "--keep", folder)[0] == 0
    kept = sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file())
    assert kept == sorted(Version.objects.get().manifest)
    code, said = ask(built.pk, "--keep", folder)
    assert (code, said) == (2, f"{folder} exists already. --keep writes a new folder.")
    assert [path.name for path in folder.parent.iterdir()] == ["tree"]


@pytest.mark.parametrize(
    ("arguments", "why"),
    [
        (["nonsense"], "“nonsense” is not the id of a job"),
        (["0" * 36], "is not the id of a job"),
        ([uuid.UUID(int=7)], f"There is no job {uuid.UUID(int=7)}."),
        ([uuid.UUID(int=7), "--chunk", 0], "--chunk is a number from 1 to 10,000,000."),
    ],
)
def test_what_cannot_be_said_is_two(db: None, arguments: list[object], why: str):
    code, said = ask(*arguments)
    assert code == 2
    assert why in said


def test_a_job_that_is_not_at_rest_is_two(job: Job):
    assert ask(job.pk) == (2, "This job is queued. Replay it when it is at rest.")


def test_it_writes_nothing_and_opens_no_connection(built: Job, monkeypatch: pytest.MonkeyPatch):
    def refused(*_: object) -> None:
        raise AssertionError("A replay asked for the network.")

    monkeypatch.setattr(socket.socket, "connect", refused)
    monkeypatch.setattr(socket.socket, "connect_ex", refused)
    monkeypatch.setattr(socket.socket, "sendto", refused)
    before = (Job.objects.values().get(), feed.last_seq(built.project_id))
    with CaptureQueriesContext(connection) as seen:
        outcome = replay.run(built)
    assert outcome.is_identical
    assert [query["sql"] for query in seen if not query["sql"].startswith("SELECT")] == []
    assert (Job.objects.values().get(), feed.last_seq(built.project_id)) == before


def test_it_loads_no_client_of_a_model(tmp_path: Path):
    done = subprocess.run(
        [sys.executable, "-c", LOADED],
        cwd=settings.BASE_DIR, capture_output=True, text=True, timeout=100, check=True,
        env={"DJANGO_SETTINGS_MODULE": "config.settings", "DJINN_HOME": str(tmp_path), "PATH": "/usr/bin"},
    )  # fmt: skip
    assert done.stdout.split() == ["False"]


def test_several_at_once_agree(built: Job):
    found: list[bool] = []

    def look() -> None:
        found.append(replay.run(Job.objects.get(pk=built.pk), chunk=100).is_identical)
        connections.close_all()

    threads = [threading.Thread(target=look) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert found == [True] * 6


def test_a_job_that_goes_on_meanwhile_is_noticed(longest: Job, owner: User):
    """It is resumed while it is read, in pieces so small that this takes long enough."""
    ends: list[str] = []

    def look() -> None:
        try:
            replay.run(longest, chunk=20)
        except NotPossible as sorry:
            ends.append(str(sorry))
        connections.close_all()

    thread = threading.Thread(target=look)
    thread.start()
    jobs.resume(longest, by=owner)
    thread.join(110)
    assert len(ends) == 1
    assert ends[0].endswith("eplay it when it is at rest.")


def test_the_longest_reply_there_can_be_is_read_in_seconds(longest: Job):
    began = time.monotonic()
    outcome = replay.run(longest)
    assert outcome.is_identical
    assert outcome.characters == MAX_CHARACTERS
    assert time.monotonic() - began < 30


@pytest.fixture
def longest(project: Project, owner: User) -> Job:
    """A paused job whose one reply is as long as the gateway lets one be."""
    context = work_on(jobs.start(project=project, text="Long", by=owner))
    body = f"{'y' * 79}\n" * 620
    names = [f"f{number}.txt" for number in range(80)]
    for name in names:
        changesets.stage(context.changeset(), name, body.encode())
    text = "".join(f"cat > {name} << 'X'\n{body}X\n" for name in names)
    Generation.objects.create(
        job=context.job,
        step=Step.objects.create(job=context.job, key="implement-1", ordinal=1, role="builder", title="One"),
        attempt=1,
        staged=len(names),
        state="settled",
        finish_reason="stop",
        response=text.ljust(MAX_CHARACTERS, "z"),
    )
    with context.hold() as held:
        moves.pause(held, waiting_for=WaitingFor.USER)
    return context.job


# --- options -------------------------------------------------------------------------------------


def test_from_a_step_on(built: Job):
    tamper("cat > index.html", "cat > main.html")
    code, said = ask(built.pk, "--from-step", "implement-2")
    assert code == 0
    assert said.startswith("1 replies, ")
    assert "What came before implement-2 is taken as recorded.\n" in said
    code, said = ask(built.pk, "--from-step", "nonsense")
    assert (code, "has no step “nonsense”" in said) == (2, True)


def test_both_sides_are_compared(built: Job):
    tamper("cat > index.html", "cat > main.html")
    code, said = ask(built.pk, "--compare")
    assert code == 1
    assert "  index.html: missing in the replay, +0 -66\n  main.html: only in the replay, +66 -0\n" in said
    lines = [line.split() for line in said.splitlines()]
    assert ["cost", "$0.000000", "$0.000000"] in lines
    assert [line[0] for line in lines if line and line[0] in ("files", "cost", "seconds")] == [
        "files",
        "cost",
        "seconds",
    ]
    answer = json.loads(ask(built.pk, "--compare", "--json")[1])
    assert answer["compared"]["replay"]["output_tokens"] == 0
    assert answer["compared"]["job"]["files"] == answer["compared"]["replay"]["files"]


def test_at_a_speed_it_is_seen_while_it_is_played(built: Job):
    Generation.objects.update(first_token_ms=10, duration_ms=100)
    code, said = ask(built.pk, "--speed", 1000)
    assert code == 0
    assert said.startswith("design:\nimplement-1:\n  index.html …\n  index.html: ")
    assert "Played at 1000 times the recorded speed.\n" in said
    assert json.loads(ask(built.pk, "--speed", 1000, "--json")[1])["played"].startswith("Played at 1000 times")


@pytest.mark.parametrize("speed", ["0.01", "-3", "nan", "1e9"])
def test_a_speed_that_is_none(built: Job, speed: str):
    code, said = ask(built.pk, f"--speed={speed}")
    assert (code, "--speed is a number from" in said) == (2, True)


def test_into_a_branch(built: Job):
    code, said = ask(built.pk, "--into", "again")
    assert (code, said.endswith("It is version 2, on the new branch 'again'.\n")) == (0, True)
    one, two = Version.objects.order_by("number")
    assert one.tree_hash == two.tree_hash
    assert ask(built.pk, "--into", "main") == (2, "'main' is the job's own branch. A replay is kept on another one.")
    assert "version 3" in json.loads(ask(built.pk, "--into", "third", "--json")[1])["kept"]
