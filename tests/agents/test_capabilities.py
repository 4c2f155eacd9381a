"""What a model can be given, read from the list on disk."""

import pytest

from agents import capabilities

SEEING = ["gpt-4o", "openai/gpt-4o", "anthropic/claude-sonnet-4-5", "openrouter/anthropic/claude-sonnet-4.5"]
BLIND = ["openai/o3-mini", "deepseek/deepseek-chat", "own-model", "openrouter/nobody/knows", "", "demo"]


@pytest.mark.parametrize("model", SEEING)
def test_these_take_pictures(model):
    assert capabilities.takes_images(model)


@pytest.mark.parametrize("model", BLIND)
def test_these_are_not_known_to(model):
    assert not capabilities.takes_images(model)


@pytest.mark.parametrize(
    "model", ["gpt-5", "openai/o3-mini", "openrouter/openai/gpt-5", "openrouter/openai/gpt-5:free"]
)
def test_these_can_be_told_how_hard_to_think(model):
    assert capabilities.takes_effort(model)


@pytest.mark.parametrize("model", ["openai/gpt-4o", "own-model", ""])
def test_these_cannot(model):
    assert not capabilities.takes_effort(model)


@pytest.mark.parametrize(
    ("model", "is_marked"),
    [
        ("anthropic/claude-sonnet-4-5", True),
        ("openrouter/nobody/knows", True),
        ("bedrock/anthropic.claude-3-haiku", True),
        ("openai/gpt-4o", False),
        ("ollama/llama3", False),
    ],
)
def test_who_reads_the_mark_of_a_stable_beginning(model, is_marked):
    assert capabilities.takes_cache_marks(model) is is_marked


@pytest.mark.parametrize(
    ("model", "window", "reply"),
    [
        ("anthropic/claude-sonnet-4-5", 200_000, 64_000),
        ("openrouter/anthropic/claude-sonnet-4.5", 200_000, 64_000),
        ("own-model", None, None),
        ("", None, None),
    ],
)
def test_how_much_it_reads_and_writes_at_once(model: str, window: int | None, reply: int | None):
    assert (capabilities.window(model), capabilities.longest_reply(model)) == (window, reply)


@pytest.mark.parametrize(("model", "is_free"), [("own-model", True), ("demo", False), ("demo/pomodoro", False)])
def test_a_recording_says_only_what_was_recorded(model, is_free):
    assert capabilities.answers_anything(model) is is_free
