"""Named places to die at: each is somewhere in the code, once, and nobody dies there without an order."""

import ast
import os
import signal
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from agents.engine import faultpoints

ROOT = Path(faultpoints.__file__).parent.parent.parent
# Comes by twice, and says that it lives.
PASSER_BY = """
from agents.engine import faultpoints
faultpoints.reach("file_staged")
faultpoints.reach("claimed")
print("lives", flush=True)
faultpoints.reach("file_staged")
print("still", flush=True)
"""


def reached() -> Iterator[str]:
    for path in sorted((ROOT / "agents").rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Call) and ast.unparse(node.func) == "faultpoints.reach":
                [name] = node.args
                assert isinstance(name, ast.Constant), f"{path.name}:{node.lineno} names none"
                yield str(name.value)


def pass_by(**environment: str) -> tuple[int, str]:
    around = {name: value for name, value in os.environ.items() if name != faultpoints.VARIABLE}
    done = subprocess.run(
        [sys.executable, "-c", PASSER_BY], cwd=ROOT, env={**around, **environment}, capture_output=True, text=True,
        timeout=60, check=False,
    )  # fmt: skip
    assert done.stderr == ""
    return done.returncode, done.stdout


def test_every_place_is_in_the_code_once() -> None:
    assert Counter(reached()) == Counter([*faultpoints.NAMES, *faultpoints.OF_CHORES])


def test_nobody_dies_who_was_not_started_for_it(tmp_path: Path) -> None:
    order = tmp_path / "fault.order"
    order.write_text("file_staged:1:SIGKILL")
    assert pass_by() == (0, "lives\nstill\n")
    assert order.exists()


def test_without_an_order_nobody_dies(tmp_path: Path) -> None:
    assert pass_by(DJINN_TESTS_FAULTS=str(tmp_path / "fault.order")) == (0, "lives\nstill\n")


@pytest.mark.parametrize(("count", "said"), [(1, ""), (2, "lives\n")])
def test_an_order_is_carried_out_at_its_time_and_once(tmp_path: Path, count: int, said: str) -> None:
    order = tmp_path / "fault.order"
    order.write_text(f"file_staged:{count}:SIGKILL")
    assert pass_by(DJINN_TESTS_FAULTS=str(order)) == (-signal.SIGKILL, said)
    assert not order.exists()
    assert int(faultpoints.fired_by(order).read_text()) > 0
    assert pass_by(DJINN_TESTS_FAULTS=str(order)) == (0, "lives\nstill\n")


def test_no_setting_knows_of_it() -> None:
    for path in ("config/settings.py", "docs/settings.md", "compose.yaml"):
        assert faultpoints.VARIABLE not in (ROOT / path).read_text()
