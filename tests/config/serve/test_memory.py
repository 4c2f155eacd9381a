"""What is loaded at the start is set aside; in a process of its own, since it is for good."""

import subprocess
import sys

from tests.installation import ROOT

SCRIPT = """
import gc, sys, django
django.setup()
from config.serve import memory
memory.keep()
before = gc.get_freeze_count()
gc.collect()
print(before > 100_000, gc.get_freeze_count() == before, len(gc.get_objects()) < before / 10,
      "agents.views" in sys.modules)
"""


def test_a_round_of_the_collector_passes_over_the_program() -> None:
    told = subprocess.run([sys.executable, "-c", SCRIPT], cwd=ROOT, check=True, capture_output=True, text=True)
    assert told.stdout.split() == ["True"] * 4
