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
from projects import storable

# No honest file repeats one piece this often; a model caught in a loop does.
REPEAT_LIMIT = 1_000
# Far above what any tool is given; a model that never stops must not fill the memory.
MOST_ARGUMENTS = 1_000_000
MOST_CALLS = 100
# As much as is kept.
MOST_NAME = 120
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
        self._overheard: Overheard | None = None
        self._calls: dict[int, Begun] = {}
        self._reason = ""
        self._usage: Usage | None = None
        self._charged: Decimal | None = None
        self._last = ""
        self._repeats = 0

    def listen(self, reply: Any) -> None:
        """Before its first chunk is read. Some providers' streams cannot be listened to; those are believed."""
        if hasattr(reply.completion_stream, "__aiter__"):
            self._overheard = reply.completion_stream = Overheard(reply.completion_stream)

    def take(self, chunk: Any) -> tuple[str, bool]:
        """The text of this chunk, often none, and whether the model has said or thought anything with it."""
        if (counted := getattr(chunk, "usage", None)) is not None and self._is_counted():
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

    def end(self, *, proof: str) -> tuple[tuple[ToolCall, ...], Finish]:
        """The calls of tools, whole by now, and the Finish; raises ModelFailure where there is none."""
        if not proof:
            raise ModelFailure("truncated", "the stream ended without a finish reason")
        reason = self._reason or proof
        calls = tuple(self._whole_calls(may_be_cut=reason == "length"))
        if not self.has_text and not calls and reason not in MAY_BE_EMPTY:
            raise ModelFailure("malformed_output", "the model ended its reply without a word")
        return calls, Finish(reason, self._usage or Usage(), self._cost(), self._answered())

    def spent(self) -> Spent | None:
        """What is known to be used up, if anything is."""
        return None if self._usage is None else Spent(self._usage, self._cost(), self._answered())

    def _is_counted(self) -> bool:
        """Whether the provider counts, and not litellm in its place: that guesses where nothing was said."""
        return self._overheard is None or self._overheard.has_usage

    def _answered(self) -> str:
        """The model that says it answered, under the provider that was asked."""
        asked = self._request.model
        name = storable.name(self._overheard.name) if self._overheard else ""
        provider, slash, _ = asked.partition("/")
        if not name or not slash or name.startswith(f"{provider}/"):
            return (name or asked)[:MOST_NAME]
        return f"{provider}/{name}"[:MOST_NAME]

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
        """What the provider says it charged, else our price list; unknown stays unknown, as uncounted does."""
        model = self._request.model
        if self._charged is not None and model.startswith(pricing.SAYS_ITS_PRICE):
            return self._charged
        if settings.DJINN_API_BASE or self._usage is None:
            return None
        cost = pricing.cost(model, self._usage)
        return cost if cost is None or cost <= usage.MOST_COST else None


class Overheard:
    """The raw stream, listened to for who really answers and who counts.

    litellm puts the name that was asked for in place of the one, and a guess of its own in place of the other.
    """

    def __init__(self, stream: Any) -> None:
        self._stream = stream
        self._chunks: AsyncIterator[Any] = aiter(stream)
        self.name = ""
        self.has_usage = False

    def __aiter__(self) -> "Overheard":
        return self

    async def __anext__(self) -> Any:
        chunk = await anext(self._chunks)
        self.name = self.name or str(_said(chunk, "model") or "")
        self.has_usage = self.has_usage or bool(_said(chunk, "usage"))
        return chunk

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)


def _said(chunk: Any, name: str) -> Any:
    return chunk.get(name) if isinstance(chunk, dict) else getattr(chunk, name, None)
