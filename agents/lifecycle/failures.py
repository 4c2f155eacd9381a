"""Why a job failed, in the closed set of codes, with words for a person."""

import logging

from django.db import InterfaceError, OperationalError

from agents.errors import Failure
from projects.errors import BadArchive, Busy, Conflict, Refusal, RemoteTrouble
from sandboxes.errors import SandboxLost

__all__ = ["Failure", "from_exception"]

log = logging.getLogger(__name__)


def from_exception(surprise: Exception) -> Failure:
    """Whatever went wrong, as one of the codes. Only what nobody foresaw is logged with a trace."""
    match surprise:
        case Failure():
            return surprise
        case SandboxLost() | TimeoutError():
            return Failure("sandbox_failed", str(surprise))
        case Conflict() | Busy():
            return Failure("conflict", str(surprise), retryable=isinstance(surprise, Busy))
        case RemoteTrouble():
            return Failure(surprise.code, str(surprise), user_action=surprise.action)
        case BadArchive():
            return Failure("invalid_input", str(surprise), user_action="Put that right there, then try again.")
        case Refusal():
            return Failure("invalid_input", str(surprise))
        case OperationalError() | InterfaceError():
            # Restarted, overloaded, or two that waited for each other: what is recorded stands, so go on from there.
            log.warning("The database failed a job for a moment.", exc_info=surprise)
            return Failure("internal", "The database was away for a moment.", retryable=True)
    log.error("A job met something nobody foresaw.", exc_info=surprise)
    return Failure("internal")
