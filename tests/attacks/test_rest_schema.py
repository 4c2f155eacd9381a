"""The API attacked as its own document describes it: what fits, what does not, and one operation after another."""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.installation import Installation, installed

CONFIG = Path(__file__).with_name("schemathesis.toml")
PROGRAM = Path(sys.executable).with_name("schemathesis")
# Nobody is to be told that they ask too often: that is another test's.
PATIENT = dict.fromkeys(("DJINN_API_READS", "DJINN_API_WRITES", "DJINN_API_ANONYMOUS"), "1000000")
PHASES = "examples,coverage,fuzzing,stateful"


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    """A disposable one, whose owner is staff: no door is closed."""
    home = tmp_path_factory.mktemp("rest") / "home"
    with installed(home, DJINN_DEMO_PACE="0", SANDBOX_BACKEND="none", DJINN_LOG_LEVEL="ERROR", **PATIENT) as one:
        one.up()
        yield one


def attack(server: Installation, *options: str, seconds: int) -> None:
    secret = server.manage("create_token", "schemathesis").stdout.strip()
    argv = [str(PROGRAM), "--config-file", str(CONFIG), "run", f"http://localhost:{server.port}/api/v2/openapi.json"]
    argv += ["-H", f"Authorization: Bearer {secret}", "--phases", PHASES, "--continue-on-failure", "--no-color"]
    argv += ["--max-time", str(seconds), "--request-timeout", "30", "--generation-database", "none", *options]
    done = subprocess.run(argv, cwd=server.home, capture_output=True, text=True, timeout=seconds + 300, check=False)
    assert done.returncode == 0, "\n".join(line[:500] for line in done.stdout.splitlines())
    assert "No issues found" in done.stdout
    assert "Traceback" not in "".join(path.read_text() for path in server._logs.values())


@pytest.mark.timeout(400)
def test_the_api_does_what_its_document_says(server: Installation) -> None:
    attack(server, "--max-examples", "4", "--seed", "20261120", seconds=45)


@pytest.mark.long
@pytest.mark.timeout(3000)
def test_the_api_does_what_its_document_says_however_it_is_asked(server: Installation) -> None:
    attack(server, "--max-examples", "100", seconds=1200)
