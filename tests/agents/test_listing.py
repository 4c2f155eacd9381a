"""The list of models on disk."""

import pytest

from agents import listing


def test_it_holds_models_and_no_explanations():
    entries = listing.entries()
    assert len(entries) > 1000
    assert "sample_spec" not in entries
    assert entries["gpt-4o"]["litellm_provider"] == "openai"


@pytest.mark.parametrize(
    "model", ["claude-sonnet-4-5", "anthropic/claude-sonnet-4-5", "openrouter/anthropic/claude-sonnet-4.5:free"]
)
def test_a_model_is_found_whoever_sells_it(model):
    assert listing.find(model)["litellm_provider"] == "anthropic"


@pytest.mark.parametrize("model", ["", "/", "own-model", "openrouter/nobody/knows", "sample_spec"])
def test_what_stands_nowhere_is_not_found(model):
    assert listing.find(model) == {}
