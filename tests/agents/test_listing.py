"""The list of models on disk."""

from agents import listing


def test_it_holds_models_and_no_explanations():
    entries = listing.entries()
    assert len(entries) > 1000
    assert "sample_spec" not in entries
    assert entries["gpt-4o"]["litellm_provider"] == "openai"
