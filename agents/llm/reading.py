"""What the chunks of one live reply say, put together until its end is proved."""

import json
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.conf import settings

from agents import pricing
from agents.errors import ModelFailure
from agents.llm import usage
from agents.llm.base import Finish, Request, Spent, ToolCall, Usage

# No honest file repeats one piece this often; a model caught in a loop does.
REPEAT_LIMIT = 1_000
# Far above what any tool is given; a model that never stops must not fill the memory.
MOST_ARGUMENTS = 1_000_000
MOST_CALLS = 100
# These say in the reply what they charged. For all others litellm writes in its own guess.
SAYS_ITS_PRICE = ("openrouter/",)
# A reply may be without a word when it was stopped before it had one.
MAY_BE_EMPTY = ("length", "content_filter")


@dataclass
class Begun:
    """A tool call whose arguments are still coming."""

    id: str
    name: str = ""
    arguments: str = ""


class Reading:
    def __init__(self, request: Request) -> None:
        self.has_text = False
        self._request = request
        self._calls: dict[int, Begun] = {}
        self._reason = ""
        self._usage: Usage | None = None
        self._charged: Decimal | None = None
        self._last = ""
        self._repeats = 0

    def take(self, chunk: Any) -> tuple[str, bool]:
        """The text of this chunk, often none, and whether the model has said or thought anything with it."""
        if (counted := getattr(chunk, "usage", None)) is not None:
            counts = counted.model_dump()
            self._usage, self._charged = usage.normalise(counts), usage.charged(counts)
        if not chunk.choices:
            return "", False
        choice = chunk.choices[0]
        self._reason = choice.finish_reason or self._reason
        text: str = choice.delta.content or ""
        calls = choice.delta.tool_calls or ()
        for piece in calls:
            self._take_call(piece)
        self.has_text = self.has_text or bool(text)
        self._watch_for_loop(text)
        return text, bool(text or calls or getattr(choice.delta, "reasoning_content", None))

    def _take_call(self, piece: Any) -> None:
        call = self._calls.setdefault(piece.index, Begun(piece.id or f"call-{piece.index}"))
        call.name += piece.function.name or ""
        call.arguments += piece.function.arguments or ""
        if len(call.arguments) > MOST_ARGUMENTS or len(self._calls) > MOST_CALLS:
            raise ModelFailure("malformed_output", "the model's calls of tools do not end")

    def _watch_for_loop(self, text: str) -> None:
        if not text.strip():
            return
        self._repeats = self._repeats + 1 if text == self._last else 0
        self._last = text
        if self._repeats >= REPEAT_LIMIT:
            raise ModelFailure("malformed_output", "the model repeats itself without end")

    def end(self, *, proof: str, answered: str) -> tuple[tuple[ToolCall, ...], Finish]:
        """The calls of tools, whole by now, and the Finish; raises ModelFailure where there is none."""
        if not proof:
            raise ModelFailure("truncated", "the stream ended without a finish reason")
        reason = self._reason or proof
        calls = tuple(self._whole_calls(may_be_cut=reason == "length"))
        if not self.has_text and not calls and reason not in MAY_BE_EMPTY:
            raise ModelFailure("malformed_output", "the model ended its reply without a word")
        return calls, Finish(reason, self._usage or Usage(), self._cost(), answered)

    def spent(self, *, answered: str) -> Spent | None:
        """What is known to be used up, if anything is."""
        return None if self._usage is None else Spent(self._usage, self._cost(), answered)

    def _whole_calls(self, *, may_be_cut: bool) -> Iterator[ToolCall]:
        offered = {tool.name for tool in self._request.tools}
        for _, begun in sorted(self._calls.items()):
            if begun.name not in offered:
                raise ModelFailure("malformed_output", f"the model asks for a tool that nobody offered: {begun.name}")
            try:
                arguments = json.loads(begun.arguments or "{}")
            except ValueError:
                arguments = None
            if isinstance(arguments, dict):
                yield ToolCall(begun.id, begun.name, arguments)
            elif not may_be_cut:
                raise ModelFailure("malformed_output", f"the arguments for {begun.name} are not a JSON object")

    def _cost(self) -> Decimal | None:
        """What the provider says it charged, else our price list; unknown stays unknown."""
        model = self._request.model
        if self._charged is not None and model.startswith(SAYS_ITS_PRICE):
            return self._charged
        cost = None if settings.DJINN_API_BASE else pricing.cost(model, self._usage or Usage())
        return cost if cost is None or cost <= usage.MOST_COST else None


class Overheard:
    """The raw stream, listened to for who really answers: litellm puts the name that was asked for in its place."""

    def __init__(self, stream: Any) -> None:
        self._stream = stream
        self._chunks: AsyncIterator[Any] = aiter(stream)
        self.name = ""

    def __aiter__(self) -> "Overheard":
        return self

    async def __anext__(self) -> Any:
        chunk = await anext(self._chunks)
        name = chunk.get("model") if isinstance(chunk, dict) else getattr(chunk, "model", None)
        self.name = self.name or str(name or "")
        return chunk

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)
