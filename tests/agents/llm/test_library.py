"""litellm is loaded by the first live call and by nothing else, and stays quiet."""

import subprocess
import sys

CHECK = """
import os, sys
os.environ["DJANGO_SETTINGS_MODULE"] = "tests.settings"
import django
django.setup()
from agents import pricing
from agents.llm import gateway, base
from decimal import Decimal
tokens = base.Usage(input=1)
assert pricing.cost("gpt-4o", tokens) == Decimal("0.0000025"), pricing.cost("gpt-4o", tokens)
request = base.Request("demo", (), step="design", wish="a timer", stacks=("static", "react-vite", "python"))
assert list(gateway.stream(request, cancelled=lambda: False))
heavy = {"litellm", "openai"} & set(sys.modules)
assert not heavy, heavy
"""


def _run(program: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=60, check=False)


def test_neither_prices_nor_the_demo_load_it():
    done = _run(CHECK)
    assert done.returncode == 0, done.stderr


def test_it_is_set_up_to_stay_off_the_network_and_quiet(server, ask, capsys):
    ask()
    litellm = sys.modules["litellm"]
    said = capsys.readouterr()
    assert said.out + said.err == ""
    assert litellm.disable_hf_tokenizer_download is True
    assert litellm.callbacks == litellm.success_callback == litellm.failure_callback == []
