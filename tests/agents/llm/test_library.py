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

# Every module of ours, as a web process loads them and beyond. Whoever looks a name up or connects is caught.
WHOLE = """
import importlib, pkgutil, sys
calls, network = [], ("socket.connect", "socket.getaddrinfo")
sys.addaudithook(lambda event, given: calls.append(given) if event in network else None)
import config.asgi
from django.conf import settings
from django.urls import get_resolver, URLResolver

def visit(patterns):
    return sum(visit(one.url_patterns) if isinstance(one, URLResolver) else callable(one.callback) for one in patterns)

assert visit(get_resolver().url_patterns) > 100
for room in ("config", "projects", "sandboxes", "agents"):
    package = importlib.import_module(room)
    for module in pkgutil.walk_packages(package.__path__, f"{room}."):
        if not module.name.endswith("__main__"):
            importlib.import_module(module.name)
assert "agents.views.start" in sys.modules and "agents.llm.live" in sys.modules
heavy = {"litellm", "openai", "boto3", "botocore", "mcp", "tokenizers", "tiktoken"} & set(sys.modules)
assert not heavy, heavy
assert not calls, calls
"""
LOADED = """
import sys
calls, network = [], ("socket.connect", "socket.getaddrinfo")
sys.addaudithook(lambda event, given: calls.append(given) if event in network else None)
import django
django.setup()
from agents.llm import library
litellm = library.load()
assert len(litellm.model_cost) > 1000
heavy = {"boto3", "botocore", "mcp"} & set(sys.modules)
assert not heavy, heavy
assert not calls, calls
"""


def _run(program: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=120, check=False)


def test_neither_prices_nor_the_demo_load_it():
    done = _run(CHECK)
    assert done.returncode == 0, done.stderr


def test_nothing_of_ours_loads_it_nor_asks_the_network_at_its_start():
    done = _run(WHOLE)
    assert done.returncode == 0, done.stderr


def test_loading_it_asks_nobody_and_brings_no_cloud_along():
    done = _run(LOADED)
    assert done.returncode == 0, done.stderr


def test_it_is_set_up_to_stay_off_the_network_and_quiet(server, ask, capsys):
    ask()
    litellm = sys.modules["litellm"]
    said = capsys.readouterr()
    assert said.out + said.err == ""
    assert litellm.disable_hf_tokenizer_download is True
    assert litellm.callbacks == litellm.success_callback == litellm.failure_callback == []
