"""The loop thread of model calls."""

import asyncio
import subprocess
import sys

from agents.llm import loop

FORK = """
import asyncio, os
from agents.llm import loop

async def pid():
    return os.getpid()

parent = loop.get()
child = os.fork()
if child == 0:
    mine = loop.get()
    worked = asyncio.run_coroutine_threadsafe(pid(), mine).result(10) == os.getpid()
    os._exit(0 if worked and mine is not parent else 1)
_, status = os.waitpid(child, 0)
raise SystemExit(os.waitstatus_to_exitcode(status))
"""


def test_a_process_has_one():
    assert loop.get() is loop.get()


async def _answer() -> int:
    return 42


def test_it_runs():
    assert asyncio.run_coroutine_threadsafe(_answer(), loop.get()).result(10) == 42


def test_a_forked_child_gets_its_own():
    done = subprocess.run([sys.executable, "-c", FORK], capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr
