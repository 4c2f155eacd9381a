"""Which provider answers for which model name."""

import pytest

from agents.llm import providers
from agents.llm.live import Live
from agents.llm.recorded import Recorded


@pytest.mark.parametrize("model", ["demo", "demo/pomodoro"])
def test_the_demo_is_played_back(model):
    assert isinstance(providers.choose(model), Recorded)


@pytest.mark.parametrize("model", ["demonstration", "openrouter/demo", "anthropic/claude-sonnet-4-5", "ollama/demo"])
def test_every_other_name_is_a_live_model(model):
    assert isinstance(providers.choose(model), Live)
