"""Why a job failed, in the closed set of codes, with words for a person."""

import logging
from typing import Any

from django.db import InterfaceError, OperationalError

from agents import errors
from projects import storable
from projects.errors import Busy, Conflict, Refusal
from sandboxes.errors import SandboxLost

log = logging.getLogger(__name__)


class Failure(Exception):
    """Ends the attempt; `retryable` decides whether another one follows by itself."""

    def __init__(
        self,
        code: str,
        message: str = "",
        *,
        retryable: bool | None = None,
        retry_after: float | None = None,
    ) -> None:
        advice = errors.CODES[code]
        self.code = code
        self.message = storable.text(message) or advice.sentence
        self.user_action = advice.user_action
        self.retryable = advice.retryable if retryable is None else retryable
        self.retry_after = retry_after
        super().__init__(f"{code}: {self.message}")

    def as_payload(self) -> dict[str, Any]:
        return {
            "code": self.code,
            "message": self.message,
            "user_action": self.user_action,
            "retryable": self.retryable,
        }


def from_exception(surprise: Exception) -> Failure:
    """Whatever went wrong, as one of the codes. Only what nobody foresaw is logged with a trace."""
    match surprise:
        case Failure():
            return surprise
        case errors.ModelFailure():
            return Failure(
                surprise.code,
                surprise.message,
                retryable=surprise.retryable,
                retry_after=surprise.retry_after,
            )
        case SandboxLost() | TimeoutError():
            return Failure("sandbox_failed", str(surprise))
        case Conflict() | Busy():
            return Failure("conflict", str(surprise), retryable=isinstance(surprise, Busy))
        case Refusal():
            return Failure("invalid_input", str(surprise))
        case OperationalError() | InterfaceError():
            # Restarted, overloaded, or two that waited for each other: what is recorded stands, so go on from there.
            log.warning("The database failed a job for a moment.", exc_info=surprise)
            return Failure("internal", "The database was away for a moment.", retryable=True)
    log.error("A job met something nobody foresaw.", exc_info=surprise)
    return Failure("internal")
