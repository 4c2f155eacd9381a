"""Figures about the engine, not a test: `make bench-engine` prints them.

What a token costs us beside what it costs litellm alone, how many replies one worker can follow on one core, and how
soon a job goes on whose worker was killed. The model is a process of its own kind: a server on a real socket.
"""

import json
import os
import statistics
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.agents.engine.replies import blueprint, says
from tests.fakes import model_server
from tests.fakes.model_server import ModelServer, Script
from tests.installation import Installation, installed, wait_for

TOKENS = int(os.environ.get("BENCH_TOKENS", "8000"))
STREAMS = int(os.environ.get("BENCH_STREAMS", "20"))
# A job over which more workers die one after the other is given up.
KILLS = int(os.environ.get("BENCH_KILLS", "5"))
PACE = 30  # tokens a second
SECONDS = 20
FILES = 10
TOKEN = "word "
RUN = "from tests.benchmarks import streaming as s; "
PLAIN = {"SANDBOX_BACKEND": "none", "DJINN_LOG_LEVEL": "ERROR", "DJINN_API_KEY": "sk-bench"}


@pytest.fixture(scope="module")
def server() -> Iterator[ModelServer]:
    with model_server.running() as one:
        yield one


@pytest.fixture
def installation(server: ModelServer, tmp_path: Path) -> Iterator[Installation]:
    with installed(tmp_path / "home", DJINN_API_BASE=server.url, DJINN_MODEL="bench", **PLAIN) as one:
        one.manage("migrate", "--verbosity=0")
        yield one


def pieces(tokens: int) -> list[str]:
    """A reply of so many tokens, in files with lines of ten of them."""
    each = tokens // FILES
    written = []
    for number in range(FILES):
        path = "index.html" if not number else f"part{number}.txt"
        lines = [TOKEN if spot % 10 else f"\n{TOKEN}" for spot in range(1, each + 1)]
        written += [f"cat > {path} << 'EOF_{number}'\n", *lines, f"\nEOF_{number}\n"]
    return written


def plan() -> Script:
    return says(blueprint(("index.html", *(f"part{number}.txt" for number in range(1, FILES)))))


def run(one: Installation, what: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(one.script(f"{RUN}s.tell({what})").splitlines()[-1])
    return found


@pytest.mark.timeout(600)
def test_what_a_token_costs(server: ModelServer, installation: Installation) -> None:
    reply = Script(pieces=pieces(TOKENS))
    server.will(Script(), reply)
    alone = run(installation, 's.alone("openai/bench")')
    server.will(plan(), reply)
    ours = run(installation, 's.whole(["bench"])')
    assert ours["states"] == ["completed"], ours
    per = {"litellm alone": alone["cpu"] / TOKENS, "a whole job": ours["cpu"] / TOKENS}
    share = per["a whole job"] / per["litellm alone"] - 1
    print(f"\nload {os.getloadavg()[0]:.1f}; a reply of {TOKENS} tokens, each a chunk; CPU of the process")
    print("".join(f"{name:>16}: {1000 * value:.3f} ms a token\n" for name, value in per.items()), end="")
    print(f"            ours: {share:.0%} of litellm's")


@pytest.mark.timeout(600)
def test_how_many_replies_one_core_follows(server: ModelServer, installation: Installation) -> None:
    models = [f"bench-{number}" for number in range(STREAMS)]
    server.will(plan())
    for model in models:
        server.will_as(model, plan(), Script(pieces=pieces(PACE * SECONDS), pause=1 / PACE))
    found = run(installation, f"(s.pin(0), s.whole({models!r}))[1]")
    assert found["states"] == ["completed"], found
    ideal = (PACE * SECONDS + 2 * FILES) / PACE
    print(f"\nload {os.getloadavg()[0]:.1f}; {STREAMS} replies at once, {PACE} tokens a second each")
    print(f"CPU {found['cpu'] / found['seconds']:.0%} of {found['cores']} core; {found['memory']} MB at most")
    print(f"{found['seconds']:.1f} s for what takes the model {ideal:.1f} s")


@pytest.mark.timeout(600)
def test_how_soon_a_killed_job_goes_on(server: ModelServer, installation: Installation) -> None:
    """From the kill to the next attempt, with the lease as shipped. The model writes slowly all the while."""
    server.will(plan(), Script(pieces=pieces(20_000), pause=0.05))
    installation.up()
    installation.send_wish("A shelf")
    took = sorted(_kill(installation, number) for number in range(1, KILLS + 1))
    p95 = statistics.quantiles(took, n=20, method="inclusive")[-1] if len(took) > 1 else took[0]
    print(f"\n{KILLS} kills -9 of the worker while a model wrote, load {os.getloadavg()[0]:.1f}")
    print(f"the job went on after {statistics.median(took):.1f} s (p50), {p95:.1f} s (p95), {took[-1]:.1f} s (most)")


def _kill(one: Installation, attempt: int) -> float:
    def writes() -> bool:
        open_calls = one.rows("select count(*) from agents_generation where state = 'open' and attempt = ?", attempt)
        return open_calls == [(1,)]

    wait_for(writes, seconds=60, what=f"attempt {attempt} to write")
    began = time.monotonic()
    one.kill("manage.py", "serve", "worker")
    taken = lambda: one.rows("select max(number) from agents_attempt") == [(attempt + 1,)]  # noqa: E731 - one line of it
    wait_for(taken, seconds=60, what="the next attempt")
    return time.monotonic() - began
