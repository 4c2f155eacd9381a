"""What litellm does with providers that do not speak plain OpenAI, and how we catch it."""

import json
from decimal import Decimal

import pytest

from agents.errors import ModelFailure
from agents.llm.base import Usage
from tests.fakes.model_server import Script

# These go through litellm's own reader of lines instead of the OpenAI client.
BY_LINES = ("openrouter/some/model", "deepseek/deepseek-chat", "groq/llama-3.3-70b")


@pytest.fixture
def providers(server, settings, monkeypatch):
    """Each provider's own variables point at the fake; nothing of our own settings is used."""
    settings.DJINN_API_BASE = ""
    for name in ("OPENROUTER", "DEEPSEEK", "GROQ"):
        monkeypatch.setenv(f"{name}_API_BASE", server.url)
        monkeypatch.setenv(f"{name}_API_KEY", f"{name.lower()}-secret-key")
    monkeypatch.setenv("ANTHROPIC_API_BASE", server.url.removesuffix("/v1"))
    monkeypatch.setenv("ANTHROPIC_API_KEY", "anthropic-secret-key")
    return server


@pytest.mark.parametrize("model", BY_LINES)
def test_a_whole_reply_arrives(providers, ask, model):
    reply = ask(model)
    assert reply.text == "Hello, world"
    assert reply.finish.reason == "stop"
    assert reply.finish.usage == Usage(input=400, cache_read=600, output=40, reasoning=20)


def test_our_key_goes_to_the_chosen_models_provider_alone(providers, ask, settings):
    settings.DJINN_MODEL, settings.DJINN_API_KEY = "openrouter/some/model", "sk-ours-0123456789"
    ask("openrouter/another/model")
    assert providers.wait_for_request().headers["authorization"] == "Bearer sk-ours-0123456789"
    ask("groq/llama-3.3-70b")
    assert providers.wait_for_request().headers["authorization"] == "Bearer groq-secret-key"


@pytest.mark.parametrize("model", BY_LINES)
@pytest.mark.parametrize("count", range(4))
def test_a_clean_end_without_a_finish_reason_is_truncated(providers, ask, model, count):
    providers.will(Script(end_after=count))
    with pytest.raises(ModelFailure, match="truncated"):
        ask(model)


@pytest.mark.parametrize("model", BY_LINES)
@pytest.mark.parametrize("usage", [None, {"prompt_tokens": 3, "completion_tokens": 2, "total_tokens": 5}])
def test_usage_and_end_marker_do_not_stand_in_for_a_finish_reason(providers, ask, model, usage):
    providers.will(Script(finish=None, usage=usage))
    with pytest.raises(ModelFailure, match="truncated"):
        ask(model)


@pytest.mark.parametrize("model", [*BY_LINES, "openai/gpt-4o"])
def test_what_nobody_counted_is_not_made_up(providers, ask, model, monkeypatch):
    monkeypatch.setenv("OPENAI_API_BASE", providers.url)
    monkeypatch.setenv("OPENAI_API_KEY", "openai-secret-key")
    providers.will(Script(usage=None))
    finish = ask(model).finish
    assert (finish.usage, finish.cost) == (Usage(), None)


@pytest.mark.parametrize("model", BY_LINES)
def test_text_that_speaks_of_the_end_marker_is_kept_and_proves_nothing(providers, ask, model):
    pieces = ("if line == '", "data: [DONE]", "':\n", "    break\n")
    providers.will(Script(pieces=pieces), Script(pieces=pieces, end_after=4))
    assert ask(model).text == "".join(pieces)
    with pytest.raises(ModelFailure, match="truncated"):
        ask(model)


@pytest.mark.parametrize("model", BY_LINES)
def test_a_damaged_line_is_noticed(providers, ask, model):
    good = json.dumps({"id": "1", "created": 1, "model": "m", "choices": [{"index": 0, "delta": {"content": "one"}}]})
    providers.will(Script(raw=(f"data: {good}\n\n", 'data: {"id": "1", "choices": [{"del\n\n', "data: [DONE]\n\n")))
    said: list[str] = []
    with pytest.raises(ModelFailure, match="truncated"):
        ask(model, said=said)
    assert said == ["one"]


def test_a_provider_that_says_what_it_charged_is_believed(providers, ask):
    usage = {"prompt_tokens": 10, "completion_tokens": 5, "total_tokens": 15, "cost": 0.00123}
    providers.will(Script(usage=usage))
    assert ask("openrouter/some/model").finish.cost == Decimal("0.00123")


def test_a_model_with_a_known_price_has_a_cost(providers, ask):
    # 400 fresh at 0.28, 600 cached at 0.028, 60 written at 0.42 dollars for a million.
    assert ask("deepseek/deepseek-chat").finish.cost == Decimal("0.000154")


def test_a_model_without_a_known_price_has_none(providers, ask):
    assert ask("openrouter/some/model").finish.cost is None


def _event(kind: str, **fields: object) -> str:
    return f"event: {kind}\ndata: {json.dumps({'type': kind, **fields})}\n\n"


ANTHROPIC = (
    _event(
        "message_start",
        message={
            "id": "m",
            "type": "message",
            "role": "assistant",
            "content": [],
            "model": "claude-sonnet-4-5",
            "stop_reason": None,
            "stop_sequence": None,
            "usage": {
                "input_tokens": 100,
                "cache_read_input_tokens": 600,
                "cache_creation_input_tokens": 300,
                "output_tokens": 1,
            },
        },
    ),
    _event("content_block_start", index=0, content_block={"type": "text", "text": ""}),
    _event("content_block_delta", index=0, delta={"type": "text_delta", "text": "Hello"}),
    _event("content_block_delta", index=0, delta={"type": "text_delta", "text": " [DONE]\n"}),
    _event("content_block_stop", index=0),
    _event("message_delta", delta={"stop_reason": "end_turn", "stop_sequence": None}, usage={"output_tokens": 60}),
    _event("message_stop"),
)


def test_anthropic_counts_cached_tokens_apart(providers, ask):
    providers.will(Script(raw=ANTHROPIC))
    reply = ask("anthropic/claude-sonnet-4-5")
    assert reply.text == "Hello [DONE]\n"
    assert reply.finish.reason == "stop"
    assert reply.finish.usage == Usage(input=100, cache_read=600, cache_write=300, output=60)
    # 100 at 3, 600 at 0.3, 300 at 3.75, 60 at 15 dollars for a million.
    assert reply.finish.cost == Decimal("0.002505")


@pytest.mark.parametrize("count", range(1, 6))
def test_an_anthropic_stream_cut_before_its_stop_reason_is_truncated(providers, ask, count):
    providers.will(Script(raw=ANTHROPIC[:count]))
    with pytest.raises(ModelFailure, match="truncated"):
        ask("anthropic/claude-sonnet-4-5")


def test_a_model_litellm_does_not_know_is_refused_in_words(server, ask, settings):
    settings.DJINN_API_BASE = ""
    with pytest.raises(ModelFailure) as failure:
        ask("nobody-sells-this")
    assert failure.value.code == "invalid_input"
