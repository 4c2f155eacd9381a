"""One call of a model: written down before it is made, while it streams, and when it ends.

It may take several tries, of one model or of another in its place; each is a row of its own.
"""

import hashlib
import time
import uuid
from collections.abc import Generator
from dataclasses import asdict, dataclass, field, replace
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.db.models import F, QuerySet

from agents import enums, errors
from agents.engine import faultpoints, purse, trials
from agents.engine.context import Context
from agents.llm import gateway
from agents.llm.base import Finish, Request, Spent, Text, ToolCall
from agents.models import Generation, Job, Step
from projects import storable

_FLUSH_EVERY = 1.0


@dataclass
class Call:
    """A call under way: read its `texts` once; afterwards `text`, `tool_calls` and `finish` are whole.

    `request` and `id` are those of the try that is under way, or answered.
    """

    context: Context
    step: Step
    request: Request
    prompt_hash: str
    text: str = ""
    tool_calls: list[ToolCall] = field(default_factory=list)
    finish: Finish | None = None
    id: uuid.UUID = field(default_factory=uuid.uuid4)
    _reserved: Decimal = Decimal(0)
    _began: float = 0.0
    _first: int | None = None
    _flushed: float = 0.0
    _spent: Spent | None = None

    def texts(self) -> Generator[str]:
        """Close this when leaving early: it closes the connection and settles the row."""
        asking = trials.Trials(self.context, self._models())
        while True:
            self.request = replace(self.request, model=asking.model)
            try:
                yield from self._try()
            except errors.ModelFailure as failure:
                if self.text:
                    raise
                asking.settle(failure)
                self.id, self.finish, self._spent = uuid.uuid4(), None, None
            else:
                return

    def _models(self) -> tuple[str, ...]:
        """Whoever asks for another model than the step's own gets that one alone."""
        models = self.context.models(self.step.key)
        if self.request.model != models[0]:
            return (self.request.model,)
        return trials.order(self.context, self.step, models)

    def _try(self) -> Generator[str]:
        self._open()
        try:
            for delta in gateway.stream(self.request, cancelled=self.context.should_stop):
                match delta:
                    case Text():
                        yield self._take(delta.text)
                    case ToolCall():
                        self.tool_calls.append(delta)
                    case Spent():
                        self._spent = delta
                    case Finish():
                        self.finish = delta
            faultpoints.reach("reply_ended")
            self._settle()
            faultpoints.reach("reply_settled")
        except errors.Cancelled:
            self._settle(error="cancelled")
            self.context.heed()
            raise
        except errors.ModelFailure as failure:
            self._settle(error=failure.code)
            raise
        finally:
            # Nothing if it is settled; otherwise whoever read this left in the middle.
            self._settle(error="abandoned")
        if self.finish and self.finish.reason == "content_filter":
            raise errors.ModelFailure("policy_denied", "The model provider's filter ended the reply.")

    def count_staged(self) -> None:
        """In the transaction of what was staged from it: an effect is never kept without its text."""
        Generation.objects.filter(pk=self.id).update(response=self.text, staged=F("staged") + 1)

    def _open(self) -> None:
        faultpoints.reach("call_unopened")
        self._began = self._flushed = time.monotonic()
        with self.context.hold() as job:
            reserve = purse.put_aside(job, self.request)
            self.request, self._reserved = reserve.request, reserve.amount
            Generation.objects.create(
                id=self.id,
                job=job,
                step=self.step,
                attempt=job.attempts,
                staged=0,
                role=self.step.role,
                provider=self.request.model.split("/")[0][:40],
                model=self.request.model,
                prompt_hash=self.prompt_hash,
                request=_kept(self.request),
            )
        faultpoints.reach("call_opened")

    def _take(self, text: str) -> str:
        now, text = time.monotonic(), storable.text(text)
        if self._first is None:
            self._first = round((now - self._began) * 1000)
        self.text += text
        if now - self._flushed >= _FLUSH_EVERY:
            self._flushed = now
            self._row().update(response=self.text, first_token_ms=self._first)
        faultpoints.reach("reply_growing")
        return text

    def _row(self) -> QuerySet[Generation]:
        return Generation.objects.filter(pk=self.id, state=enums.GenerationState.OPEN)

    def _settle(self, *, error: str = "") -> None:
        """Once: a row that is settled stays as it is."""
        counted = self.finish or self._spent or Finish("")
        with transaction.atomic():
            # Before its generation, as who takes the job over locks them; otherwise the two could wait for each other.
            Job.objects.select_for_update(no_key=True).filter(pk=self.context.job.pk).first()
            settled = self._row().update(
                state=enums.GenerationState.SETTLED,
                response=self.text,
                error_code=error,
                finish_reason=storable.text(self.finish.reason if self.finish else "")[:30],
                model=counted.model or self.request.model,
                input_tokens=counted.usage.input,
                cache_read_tokens=counted.usage.cache_read,
                cache_write_tokens=counted.usage.cache_write,
                output_tokens=counted.usage.output,
                reasoning_tokens=counted.usage.reasoning,
                cost=counted.cost,
                first_token_ms=self._first,
                duration_ms=round((time.monotonic() - self._began) * 1000),
            )
            if settled:
                _charge(self.context.job, counted.cost)
                purse.give_back(self.context.job.pk, self._reserved)


def _kept(request: Request) -> dict[str, Any]:
    """All that was asked, but of pictures only which they were."""
    kept = asdict(request)
    for turn in kept["messages"]:
        for image in turn["images"]:
            image["data"] = f"sha256:{hashlib.sha256(image['data'].encode()).hexdigest()}"
    return kept


def _charge(job: Job, cost: Decimal | None) -> None:
    if cost:
        Job.objects.filter(pk=job.pk).update(spent=F("spent") + cost)
