"""What can go wrong in a job: a closed set of codes, each with words for a person.

A code never changes its meaning; clients and stored jobs rely on it.
"""

from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Final

from projects import storable


@dataclass(frozen=True, slots=True)
class Advice:
    """A sentence for a person, what they can do, and whether trying again by itself can help."""

    sentence: str
    user_action: str
    retryable: bool


CODES: Final = MappingProxyType(
    {
        "auth": Advice(
            "The model provider refused our key.",
            "Check the key of this provider and its rights, then try again.",
            retryable=False,
        ),
        "quota": Advice(
            "The account at the model provider has no credit left.",
            "Add credit there or choose another model, then try again.",
            retryable=False,
        ),
        "rate_limit": Advice(
            "The model provider asks us to slow down.",
            "Nothing to do: we try again after a pause. Another model may be free at once.",
            retryable=True,
        ),
        "provider_down": Advice(
            "The model provider could not be reached or failed on its side.",
            "Nothing to do: we try again. If it lasts, choose another model.",
            retryable=True,
        ),
        "timeout": Advice(
            "The model took too long to answer.",
            "Try again, ask for less at once, or choose a faster model.",
            retryable=True,
        ),
        "truncated": Advice(
            "The model's reply broke off before its end.",
            "Nothing to do: what arrived whole is kept and the rest is asked for again.",
            retryable=True,
        ),
        "malformed_output": Advice(
            "The model answered in a form we cannot use.",
            "Try again, say the wish in other words, or choose a stronger model.",
            retryable=True,
        ),
        "budget_reached": Advice(
            "The budget for this work is used up.",
            "Raise the budget to go on from here.",
            retryable=False,
        ),
        "sandbox_failed": Advice(
            "The sandbox that runs this app failed.",
            "Try again: a fresh sandbox is made from the saved files.",
            retryable=True,
        ),
        "install_failed": Advice(
            "Installing the app's packages failed.",
            "Let Djinn try to fix it once more, or say what should be different.",
            retryable=False,
        ),
        "start_failed": Advice(
            "The app did not start.",
            "Let Djinn try to fix it once more, or say what should be different.",
            retryable=False,
        ),
        "conflict": Advice(
            "Somebody else changed the same lines meanwhile.",
            "Look at both versions, then apply or reject the change.",
            retryable=False,
        ),
        "policy_denied": Advice(
            "The rules of this installation do not allow this.",
            "Ask the operator, or leave that part out.",
            retryable=False,
        ),
        "invalid_input": Advice(
            "The request cannot be carried out as it stands.",
            "Change the wish, the model or the settings, then try again.",
            retryable=False,
        ),
        "cancelled": Advice(
            "Stopped on request.",
            "Start again whenever you like.",
            retryable=False,
        ),
        "internal": Advice(
            "Something went wrong on our side.",
            "Try again; if it happens again, tell the operator.",
            retryable=False,
        ),
    }
)


# So much of an app's own words stands in a message for people.
MOST_SHOWN: Final = 1500


class Cancelled(Exception):
    """A person stopped the work; what was under way has been closed."""


class Failure(Exception):
    """Ends an attempt at a job; `retryable` decides whether another one follows by itself."""

    def __init__(
        self,
        code: str,
        message: str = "",
        *,
        retryable: bool | None = None,
        retry_after: float | None = None,
        user_action: str = "",
    ) -> None:
        advice = CODES[code]
        self.code = code
        self.message = storable.text(message) or advice.sentence
        self.user_action = user_action or advice.user_action
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


class AppBroken(Failure):
    """The app itself is at fault, so it can be mended; `output` is the end of what was said, for who mends it."""

    def __init__(self, code: str, title: str, output: str, *, user_action: str = "") -> None:
        self.title, self.output = title, output
        super().__init__(code, f"{title}\n\n{output[-MOST_SHOWN:].strip()}".strip(), user_action=user_action)


class ModelFailure(Failure):
    """A model call that did not give a complete reply."""


class NotPossible(Exception):
    """What was asked does not fit the state things are in; the words are for the person."""


class Unfit(NotPossible):
    """What was asked fits no state at all."""
