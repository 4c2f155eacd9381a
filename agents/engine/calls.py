"""One call of a model: written down before it is made, while it streams, and when it ends."""

import time
import uuid
from collections.abc import Generator
from dataclasses import asdict, dataclass, field
from decimal import Decimal

from django.db import transaction
from django.db.models import F, QuerySet

from agents import enums, errors
from agents.engine.context import Context
from agents.llm import gateway
from agents.llm.base import Finish, Request, Text
from agents.models import Generation, Job, Step
from projects import storable

_FLUSH_EVERY = 1.0


@dataclass
class Call:
    """A call under way: read its `texts` once; afterwards `text` and `finish` are whole."""

    context: Context
    step: Step
    request: Request
    prompt_hash: str
    text: str = ""
    finish: Finish | None = None
    id: uuid.UUID = field(default_factory=uuid.uuid4)
    _began: float = 0.0
    _first: int | None = None
    _flushed: float = 0.0

    def texts(self) -> Generator[str]:
        """Close this when leaving early: it closes the connection and settles the row."""
        self._open()
        try:
            for delta in gateway.stream(self.request, cancelled=self.context.should_stop):
                if isinstance(delta, Text):
                    yield self._take(delta.text)
                else:
                    self.finish = delta
            self._settle()
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
        self._began = self._flushed = time.monotonic()
        with self.context.hold() as job:
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
                request=asdict(self.request),
            )

    def _take(self, text: str) -> str:
        now, text = time.monotonic(), storable.text(text)
        if self._first is None:
            self._first = round((now - self._began) * 1000)
        self.text += text
        if now - self._flushed >= _FLUSH_EVERY:
            self._flushed = now
            self._row().update(response=self.text, first_token_ms=self._first)
        return text

    def _row(self) -> QuerySet[Generation]:
        return Generation.objects.filter(pk=self.id, state=enums.GenerationState.OPEN)

    def _settle(self, *, error: str = "") -> None:
        """Once: a row that is settled stays as it is."""
        finish = self.finish or Finish("")
        with transaction.atomic():
            # Before its generation, as who takes the job over locks them; otherwise the two could wait for each other.
            Job.objects.select_for_update(no_key=True).filter(pk=self.context.job.pk).first()
            settled = self._row().update(
                state=enums.GenerationState.SETTLED,
                response=self.text,
                error_code=error,
                finish_reason=storable.text(finish.reason)[:30],
                model=finish.model or self.request.model,
                input_tokens=finish.usage.input,
                cache_read_tokens=finish.usage.cache_read,
                cache_write_tokens=finish.usage.cache_write,
                output_tokens=finish.usage.output,
                reasoning_tokens=finish.usage.reasoning,
                cost=finish.cost,
                first_token_ms=self._first,
                duration_ms=round((time.monotonic() - self._began) * 1000),
            )
            if settled and finish.cost:
                _charge(self.context.job, finish.cost)


def _charge(job: Job, cost: Decimal) -> None:
    Job.objects.filter(pk=job.pk).update(spent=F("spent") + cost)
