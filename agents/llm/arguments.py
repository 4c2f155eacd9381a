"""What litellm is given for a request. What a model cannot be given is refused, never left out in silence."""

import json
from collections.abc import Iterator
from typing import Any

import httpx
from django.conf import settings

from agents import capabilities
from agents.errors import ModelFailure
from agents.llm.base import EFFORTS, Limits, Request, Tool, ToolCall, Turn

# An OpenAI-compatible server of one's own often wants no key, but the client insists on one.
NO_KEY = "none"
# The client's own limit of silence stands behind ours, for the day ours fails.
GRACE_SECONDS = 10.0
CACHE_MARK = {"type": "ephemeral"}


def of(request: Request, limits: Limits, litellm: Any) -> dict[str, Any]:
    _check(request)
    arguments: dict[str, Any] = {
        "model": request.model,
        "messages": [_message(turn, request.model) for turn in request.messages],
        "stream": True,
        "stream_options": {"include_usage": True},
        "timeout": httpx.Timeout(max(limits.first, limits.between) + GRACE_SECONDS, connect=limits.connect),
        "max_retries": 0,
        "drop_params": False,
        # Otherwise it wants the package `mcp` for any tool at all.
        "_skip_mcp_handler": True,
    }
    arguments |= _wishes(request) | _address(request.model)
    if request.effort and _takes_effort(request.model, arguments["model"], litellm):
        arguments["reasoning_effort"] = request.effort
    return arguments


def _takes_effort(model: str, addressed: str, litellm: Any) -> bool:
    """Whether the model thinks, and whether litellm has a word for how hard where it is sold."""
    if not capabilities.takes_effort(model):
        return False
    return "reasoning_effort" in (litellm.get_supported_openai_params(model=addressed) or ())


def _check(request: Request) -> None:
    if request.effort and request.effort not in EFFORTS:
        raise ModelFailure("invalid_input", f"there is no effort called {request.effort}")
    has_images = any(turn.images for turn in request.messages)
    if has_images and not capabilities.takes_images(request.model):
        raise ModelFailure("invalid_input", f"{request.model} is not known to take pictures")
    if any(turn.images and turn.role != "user" for turn in request.messages):
        raise ModelFailure("invalid_input", "only a user's turn may hold pictures")


def _wishes(request: Request) -> dict[str, Any]:
    """Only what is wished for is said; litellm refuses what it knows the model does not take."""
    wishes: dict[str, Any] = {}
    if request.max_tokens:
        wishes["max_tokens"] = request.max_tokens
    if request.temperature is not None:
        wishes["temperature"] = request.temperature
    if request.tools:
        wishes["tools"] = [_tool(tool) for tool in sorted(request.tools, key=lambda tool: tool.name)]
    return wishes


def _address(model: str) -> dict[str, Any]:
    """Whom it goes to, and with which key."""
    if settings.DJINN_API_BASE:
        return {
            "model": f"openai/{model.removeprefix('openai/')}",
            "api_base": settings.DJINN_API_BASE,
            "api_key": settings.DJINN_API_KEY or NO_KEY,
        }
    if settings.DJINN_API_KEY and _provider(model) == _provider(settings.DJINN_MODEL):
        # One provider's key is nobody else's business.
        return {"api_key": settings.DJINN_API_KEY}
    return {}


def _provider(model: str) -> str:
    return model.partition("/")[0]


def _message(turn: Turn, model: str) -> dict[str, Any]:
    message: dict[str, Any] = {"role": turn.role, "content": turn.text}
    if turn.role == "system" and not settings.DJINN_API_BASE and capabilities.takes_cache_marks(model):
        message["content"] = list(_marked(turn))
    if turn.images:
        message["content"] = [{"type": "text", "text": turn.text}] + [
            {"type": "image_url", "image_url": {"url": f"data:{image.media_type};base64,{image.data}"}}
            for image in turn.images
        ]
    if turn.calls:
        message["tool_calls"] = [_call(call) for call in turn.calls]
    if turn.answers:
        message["tool_call_id"] = turn.answers
    return message


def _marked(turn: Turn) -> Iterator[dict[str, Any]]:
    """What stays the same in later calls ends with a mark, so that it is read once and kept there."""
    stable = turn.stable or len(turn.text)
    yield {"type": "text", "text": turn.text[:stable], "cache_control": CACHE_MARK}
    if rest := turn.text[stable:]:
        yield {"type": "text", "text": rest}


def _tool(tool: Tool) -> dict[str, Any]:
    function = {"name": tool.name, "description": tool.description, "parameters": dict(tool.parameters)}
    return {"type": "function", "function": function}


def _call(call: ToolCall) -> dict[str, Any]:
    function = {"name": call.name, "arguments": json.dumps(call.arguments)}
    return {"type": "function", "id": call.id, "function": function}
