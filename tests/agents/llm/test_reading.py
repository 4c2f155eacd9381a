"""What a reply must have come to before it is believed: words, calls of tools, counts and names."""

from decimal import Decimal

import pytest

from agents.errors import ModelFailure
from agents.llm import gateway
from agents.llm.base import Request, Spent, Tool, ToolCall, Turn, Usage
from tests.fakes.model_server import Script

LOOK = Tool("look", "Look at a file.", {"type": "object", "properties": {"path": {"type": "string"}}})
RUN = Tool("run", "Run a command.", {"type": "object", "properties": {}})


def _piece(index: int, arguments: str, **begun: str) -> dict[str, object]:
    name = {"name": begun["name"]} if "name" in begun else {}
    head = {"id": begun["id"], "type": "function"} if "id" in begun else {}
    return {"index": index, **head, "function": {**name, "arguments": arguments}}


CALLS = (
    _piece(0, "", id="a", name="look"),
    _piece(0, '{"path": "sr'),
    _piece(1, "", id="b", name="run"),
    _piece(0, 'c/ä.ts"}'),
)


def test_calls_of_tools_come_whole_and_before_the_finish(server, ask):
    server.will(Script(pieces=("I look.",), calls=CALLS, finish="tool_calls"))
    reply = ask(tools=(LOOK, RUN))
    assert reply.calls == (ToolCall("a", "look", {"path": "src/ä.ts"}), ToolCall("b", "run", {}))
    assert (reply.text, reply.finish.reason) == ("I look.", "tool_calls")


def test_a_call_of_a_tool_is_answer_enough(server, ask):
    server.will(Script(pieces=(), calls=CALLS, finish="tool_calls"))
    assert len(ask(tools=(LOOK, RUN)).calls) == 2


@pytest.mark.parametrize(
    ("calls", "says"),
    [
        ((_piece(0, '{"path": ', id="a", name="look"),), "the arguments for look are not a JSON object"),
        ((_piece(0, '["path"]', id="a", name="look"),), "the arguments for look are not a JSON object"),
        ((_piece(0, "{}", id="a", name="format_disk"),), "a tool that nobody offered: format_disk"),
        ((_piece(0, "x" * 1_000_001, id="a", name="look"),), "calls of tools do not end"),
    ],
    ids=["half", "not an object", "not offered", "endless"],
)
def test_a_call_that_cannot_be_meant_is_malformed(server, ask, calls, says):
    server.will(Script(calls=calls, finish="tool_calls"))
    with pytest.raises(ModelFailure, match=says) as failure:
        ask(tools=(LOOK,))
    assert failure.value.code == "malformed_output"


def test_of_a_reply_that_hit_its_length_the_cut_call_is_not_given_out(server, ask):
    calls = (_piece(0, "{}", id="a", name="run"), _piece(1, '{"path": ', id="b", name="look"))
    server.will(Script(calls=calls, finish="length"))
    reply = ask(tools=(LOOK, RUN))
    assert (reply.calls, reply.finish.reason) == ((ToolCall("a", "run", {}),), "length")


def test_calls_of_a_stream_that_was_cut_are_never_given_out(server, ask):
    server.will(Script(calls=CALLS, finish=None, done=False))
    with pytest.raises(ModelFailure, match="truncated"):
        ask(tools=(LOOK, RUN))


def test_a_reply_without_a_word_is_malformed(server, ask):
    server.will(Script(pieces=()))
    with pytest.raises(ModelFailure, match="without a word") as failure:
        ask()
    assert (failure.value.code, failure.value.retryable) == ("malformed_output", True)


@pytest.mark.parametrize("reason", ["length", "content_filter"])
def test_one_that_was_stopped_before_its_first_word_says_by_what(server, ask, reason):
    server.will(Script(pieces=(), finish=reason))
    assert ask().finish.reason == reason


def test_usage_that_comes_with_the_finish_reason_counts(server, ask):
    server.will(Script(has_usage_in_choice=True))
    assert ask().finish.usage == Usage(input=400, cache_read=600, output=40, reasoning=20)


@pytest.mark.parametrize("size", [1, 2, 3, 7])
def test_letters_may_arrive_in_halves(server, ask, size):
    server.will(Script(pieces=("größer", "→ 日本", "👩‍🚀"), slice=size))
    assert ask().text == "größer→ 日本👩‍🚀"


def test_a_stream_that_ends_inside_a_letter_is_truncated(server, ask):
    whole = '{"id": "1", "created": 1, "model": "m", "choices": [{"index": 0, "delta": {"content": "é"}}]}'.encode()
    server.will(Script(raw=(b"data: " + whole + b"\n\n", b"data: " + whole[: whole.index("é".encode()) + 1])))
    said: list[str] = []
    with pytest.raises(ModelFailure, match="truncated"):
        ask(said=said)
    assert said == ["é"]


def test_a_piece_that_is_not_json_is_a_break_not_an_end(server, ask):
    whole = '{"id": "1", "created": 1, "model": "m", "choices": [{"index": 0, "delta": {"content": "one"}}]}'
    server.will(Script(raw=(f"data: {whole}\n\n", f"data: {whole[:60]}\n\n", "data: [DONE]\n\n")))
    said: list[str] = []
    with pytest.raises(ModelFailure, match="truncated"):
        ask(said=said)
    assert said == ["one"]


@pytest.mark.parametrize(
    ("asked", "said", "answered"),
    [
        ("own-model", "another-model", "another-model"),
        ("openai/gpt-4o", "gpt-4o-2024-08-06", "openai/gpt-4o-2024-08-06"),
        ("openrouter/auto", "openrouter/a/b", "openrouter/a/b"),
        ("own-model", "", "own-model"),
        ("own-model", "m" * 300, "m" * 120),
        ("own-model", "a\u202eb\nc", "ab c"),
    ],
)
def test_who_answered_is_who_says_so(server, ask, asked, said, answered):
    server.will(Script(model=said))
    assert ask(asked).finish.model == answered


def test_what_a_reply_that_fails_has_cost_is_told_before_its_failure(server, settings, monkeypatch):
    settings.DJINN_API_BASE = ""
    monkeypatch.setenv("OPENROUTER_API_BASE", server.url)
    monkeypatch.setenv("OPENROUTER_API_KEY", "openrouter-secret-key")
    usage = {"prompt_tokens": 10, "completion_tokens": 0, "total_tokens": 10, "cost": 0.002}
    server.will(Script(pieces=(), usage=usage, model="a/c"))
    stream = gateway.stream(Request("openrouter/a/b", (Turn("user", "Hello"),)), cancelled=lambda: False)
    assert next(stream) == Spent(Usage(input=10), Decimal("0.002"), "openrouter/a/c")
    with pytest.raises(ModelFailure, match="without a word"):
        next(stream)
