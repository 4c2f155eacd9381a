"""What a request asks for, looked at where it arrives; and what is refused before anybody is asked."""

from contextlib import suppress
from typing import Any

import pytest

from agents.errors import ModelFailure
from agents.llm.base import Image, Tool, ToolCall, Turn

DOT = "iVBORw0KGgo="
PICTURE = (Turn("user", "What is this?", images=(Image("image/png", DOT),)),)
TALK = (Turn("system", "Be brief."), Turn("user", "Make an app"))
SCHEMA = {"type": "object", "properties": {"path": {"type": "string"}}, "required": ["path"]}
CLAUDE, CLAUDE_BY_OPENROUTER = "anthropic/claude-sonnet-4-5", "openrouter/anthropic/claude-sonnet-4.5"


@pytest.fixture
def providers(server, settings, monkeypatch):
    """Each provider's own variables point at the fake."""
    settings.DJINN_API_BASE = settings.DJINN_API_KEY = ""
    for name in ("OPENROUTER", "DEEPSEEK", "OPENAI"):
        monkeypatch.setenv(f"{name}_API_BASE", server.url)
        monkeypatch.setenv(f"{name}_API_KEY", f"{name.lower()}-secret-key")
    monkeypatch.setenv("ANTHROPIC_API_BASE", server.url.removesuffix("/v1"))
    monkeypatch.setenv("ANTHROPIC_API_KEY", "anthropic-secret-key")
    return server


def _arrives(ask, server, model: str, **fields: Any) -> dict[str, Any]:
    """The request as the provider gets it. What the fake answers is of no interest, nor whether it can be read."""
    with suppress(ModelFailure):
        ask(model, **fields)
    return dict(server.seen[-1].body)


def _refused(ask, server, model: str, **fields: Any) -> str:
    with pytest.raises(ModelFailure) as failure:
        ask(model, **fields)
    assert (failure.value.code, server.seen) == ("invalid_input", [])
    return failure.value.message


# --- the stable beginning ------------------------------------------------------------------------


def test_anthropic_is_told_what_stays_the_same(providers, ask):
    body = _arrives(ask, providers, CLAUDE, messages=TALK)
    assert body["system"] == [{"type": "text", "text": "Be brief.", "cache_control": {"type": "ephemeral"}}]


def test_openrouter_is_told_what_stays_the_same(providers, ask):
    body = _arrives(ask, providers, CLAUDE_BY_OPENROUTER, messages=TALK)
    marked = [{"type": "text", "text": "Be brief.", "cache_control": {"type": "ephemeral"}}]
    assert body["messages"] == [
        {"role": "system", "content": marked},
        {"role": "user", "content": "Make an app"},
    ]
    assert body["usage"] == {"include": True}


@pytest.mark.parametrize(("model", "where"), [(CLAUDE, "system"), (CLAUDE_BY_OPENROUTER, "messages")])
def test_only_the_beginning_is_marked_when_the_rest_changes(providers, ask, model, where):
    talk = (Turn("system", "Be brief. It is noon.", stable=10), Turn("user", "Hello"))
    found = _arrives(ask, providers, model, messages=talk)[where]
    assert (found if where == "system" else found[0]["content"]) == [
        {"type": "text", "text": "Be brief. ", "cache_control": {"type": "ephemeral"}},
        {"type": "text", "text": "It is noon."},
    ]


@pytest.mark.parametrize("model", ["deepseek/deepseek-chat", "openai/gpt-4o"])
def test_others_get_plain_text(providers, ask, model):
    assert _arrives(ask, providers, model, messages=TALK)["messages"][0] == {"role": "system", "content": "Be brief."}


def test_a_server_of_ones_own_gets_plain_text_whatever_its_models_are_called(server, ask):
    body = _arrives(ask, server, "claude-like", messages=TALK)
    assert body["messages"][0] == {"role": "system", "content": "Be brief."}


# --- effort and temperature ----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("model", "told"),
    [
        ("openai/gpt-5", {"reasoning_effort": "high"}),
        ("openrouter/openai/gpt-5", {"reasoning_effort": "high"}),
        ("openai/gpt-4o", {}),
        ("openrouter/nobody/knows", {}),
        ("deepseek/deepseek-chat", {}),
    ],
)
def test_effort_is_told_to_models_that_can_be_told(providers, ask, model, told):
    body = _arrives(ask, providers, model, effort="high")
    assert {name: value for name, value in body.items() if "reasoning" in name or "thinking" in name} == told


def test_effort_is_a_budget_of_thought_for_anthropic(providers, ask):
    body = _arrives(ask, providers, CLAUDE, effort="low")
    assert body["thinking"] == {"type": "enabled", "budget_tokens": 1024}
    assert body["max_tokens"] > 1024


@pytest.mark.parametrize("model", [CLAUDE, CLAUDE_BY_OPENROUTER, "openai/gpt-4o", "deepseek/deepseek-chat"])
def test_temperature_is_passed_on(providers, ask, model):
    assert _arrives(ask, providers, model, temperature=0.2)["temperature"] == 0.2


def test_unasked_nothing_is_said_of_temperature_effort_or_tools(providers, ask):
    body = _arrives(ask, providers, "openai/gpt-5")
    assert not {"temperature", "reasoning_effort", "tools", "tool_choice"} & set(body)


def test_an_effort_nobody_knows_is_refused(providers, ask):
    assert "no effort called enormous" in _refused(ask, providers, "openai/gpt-5", effort="enormous")


def test_a_temperature_the_model_does_not_take_is_refused(providers, ask):
    assert "temperature" in _refused(ask, providers, "openai/o3-mini", temperature=0.2)


# --- pictures ------------------------------------------------------------------------------------


def test_a_picture_arrives_as_a_data_url(providers, ask):
    [turn] = _arrives(ask, providers, "openai/gpt-4o", messages=PICTURE)["messages"]
    assert turn["content"] == [
        {"type": "text", "text": "What is this?"},
        {"type": "image_url", "image_url": {"url": f"data:image/png;base64,{DOT}"}},
    ]


def test_anthropic_gets_a_picture_in_its_own_form(providers, ask):
    [turn] = _arrives(ask, providers, CLAUDE, messages=PICTURE)["messages"]
    assert turn["content"][1] == {
        "type": "image",
        "source": {"type": "base64", "media_type": "image/png", "data": DOT},
    }


@pytest.mark.parametrize("model", ["deepseek/deepseek-chat", "openai/o3-mini", "openrouter/nobody/knows"])
def test_a_picture_for_a_model_that_sees_none_is_refused(providers, ask, model):
    assert _refused(ask, providers, model, messages=PICTURE) == f"{model} is not known to take pictures"


def test_only_people_show_pictures(providers, ask):
    shown = (Turn("assistant", "Look", images=PICTURE[0].images),)
    assert "only a user's turn" in _refused(ask, providers, "openai/gpt-4o", messages=shown)


# --- tools ---------------------------------------------------------------------------------------


def test_tools_arrive_in_an_order_that_does_not_change(providers, ask):
    run, look = Tool("run", "Run it.", {"type": "object", "properties": {}}), Tool("look", "Look at it.", SCHEMA)
    first = _arrives(ask, providers, "openai/gpt-4o", tools=(run, look))["tools"]
    assert first == _arrives(ask, providers, "openai/gpt-4o", tools=(look, run))["tools"]
    assert first[0] == {
        "type": "function",
        "function": {"name": "look", "description": "Look at it.", "parameters": SCHEMA},
    }


def test_anthropic_gets_tools_in_its_own_form(providers, ask):
    [tool] = _arrives(ask, providers, CLAUDE, tools=(Tool("look", "Look at it.", SCHEMA),))["tools"]
    assert (tool["name"], tool["description"]) == ("look", "Look at it.")
    assert tool["input_schema"]["required"] == ["path"]


def test_a_tools_result_is_told_to_the_call_it_answers(providers, ask):
    call = ToolCall("call-7", "look", {"path": "ä.ts"})
    talk = (Turn("user", "Look"), Turn("assistant", "", calls=(call,)), Turn("tool", "It is empty.", answers="call-7"))
    _, asked, answered = _arrives(ask, providers, "openai/gpt-4o", messages=talk)["messages"]
    assert asked["tool_calls"][0]["id"] == "call-7"
    assert asked["tool_calls"][0]["function"] == {"name": "look", "arguments": '{"path": "\\u00e4.ts"}'}
    assert answered == {"role": "tool", "content": "It is empty.", "tool_call_id": "call-7"}
