"""The addresses of the earlier design, attacked as their own description says. Streams last as long as their jobs."""

import json
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.core.serializers.json import DjangoJSONEncoder

from config.api import shims
from tests.attacks.test_rest_schema import CONFIG, PATIENT, PROGRAM
from tests.installation import Installation, installed


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Installation]:
    quick = {"DJINN_DEMO_PACE": "0", "SANDBOX_BACKEND": "none", "DJINN_LOG_LEVEL": "ERROR", "DJINN_V1_SHIMS": "1"}
    with installed(tmp_path / "home", **quick, **PATIENT) as one:
        one.up()
        yield one


@pytest.mark.timeout(300)
def test_they_do_what_they_say(server: Installation, tmp_path: Path) -> None:
    secret = server.manage("create_token", "schemathesis").stdout.strip()
    document = tmp_path / "shims.json"
    document.write_text(json.dumps(shims.get_openapi_schema(path_prefix="/api/"), cls=DjangoJSONEncoder))
    argv = [
        str(PROGRAM),
        "--config-file",
        str(CONFIG),
        "run",
        str(document),
        "--url",
        f"http://localhost:{server.port}",
    ]
    argv += ["-H", f"Authorization: Bearer {secret}", "--phases", "coverage,fuzzing", "--exclude-path-regex", "stream"]
    argv += ["--continue-on-failure", "--no-color", "--max-time", "30", "--generation-database", "none"]
    argv += ["--request-timeout", "30", "--max-examples", "4", "--seed", "20261128"]
    done = subprocess.run(argv, cwd=tmp_path, capture_output=True, text=True, timeout=240, check=False)
    assert done.returncode == 0, "\n".join(line[:500] for line in done.stdout.splitlines())
    assert "No issues found" in done.stdout
    assert "Traceback" not in "".join(path.read_text() for path in server._logs.values())
