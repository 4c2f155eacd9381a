"""Says what a client's exception means in our closed set of codes, without leaking a key."""

import os
import re
from collections.abc import Iterator
from email.utils import parsedate_to_datetime
from time import time

from agents.errors import ModelFailure
from projects import storable

MAX_DETAIL = 500
MAX_WAIT = 3600.0
CHAIN_LIMIT = 10

# Looked up along the exception's ancestors, nearest first.
CODE_OF = {
    "AuthenticationError": "auth",
    "PermissionDeniedError": "auth",
    "PaymentRequiredError": "quota",
    "RateLimitError": "rate_limit",
    "APITimeoutError": "timeout",
    "TimeoutException": "timeout",
    "BadRequestError": "invalid_input",
    "NotFoundError": "invalid_input",
    "UnprocessableEntityError": "invalid_input",
    "APIConnectionError": "provider_down",
    "APIError": "provider_down",
    "TransportError": "provider_down",
}
CODE_OF_STATUS = {401: "auth", 402: "quota", 403: "auth", 408: "timeout", 429: "rate_limit"}
# The connection broke while a reply was on its way, or inside a letter or a piece of it.
CUT = {
    "RemoteProtocolError",
    "ReadError",
    "IncompleteRead",
    "ClientPayloadError",
    "UnicodeDecodeError",
    "JSONDecodeError",
}
# The time to connect ran out; what the library says of it is the same as of any silence.
UNCONNECTED = {"ConnectTimeout", "PoolTimeout"}
NO_CREDIT = re.compile(r"insufficient.?quota|insufficient.?(credit|balance)|billing|out of credit", re.IGNORECASE)
LOOKS_LIKE_KEY = re.compile(r"\b(sk|pk|rk|key|gsk|xai|AIza)[-_][\w-]{8,}|Bearer\s+\S+|AIza[\w-]{8,}")
WRAPPING = re.compile(r"litellm\.\w+: |\b\w+(?:Error|Exception)(?: - |: )")
QUOTED = re.compile(r'"message": ?"((?:[^"\\]|\\.)*)"')
NAMES_A_KEY = re.compile(r"(KEY|TOKEN|SECRET|PASSWORD)")


def explain(error: Exception, *, begun: bool, connect: float = 0.0) -> ModelFailure:
    """`begun` says whether text had already arrived: a break after that is a truncated reply."""
    causes = tuple(_causes(error))
    if any(type(cause).__name__ in UNCONNECTED for cause in causes):
        return ModelFailure("timeout", f"no connection within {connect:g} seconds")
    code = _code(causes)
    if begun and code == "provider_down" and any(type(cause).__name__ in CUT for cause in causes):
        code = "truncated"
    detail = _detail(error)
    if code == "rate_limit" and NO_CREDIT.search(detail):
        code = "quota"
    return ModelFailure(code, detail, retry_after=_retry_after(causes))


def _causes(error: BaseException) -> Iterator[BaseException]:
    """The exception and what lies behind it, the library's own wrapping first."""
    current: BaseException | None = error
    for _ in range(CHAIN_LIMIT):
        if current is None:
            return
        yield current
        wrapped = getattr(current, "original_exception", None)
        current = wrapped or current.__cause__ or current.__context__


def _code(causes: tuple[BaseException, ...]) -> str:
    """The first cause that says something definite; a wrapper only says that it failed."""
    codes = [code for cause in causes if (code := _code_of(cause))]
    definite = [code for code in codes if code != "provider_down"]
    return (definite or codes or ["internal"])[0]


def _code_of(cause: BaseException) -> str:
    status = getattr(cause, "status_code", None) or getattr(cause, "code", None)
    if str(status).isdigit() and 400 <= int(str(status)) < 500:
        return CODE_OF_STATUS.get(int(str(status)), "invalid_input")
    for ancestor in type(cause).__mro__:
        if ancestor.__name__ in CODE_OF:
            return CODE_OF[ancestor.__name__]
    return ""


def _retry_after(causes: tuple[BaseException, ...]) -> float | None:
    for cause in causes:
        headers = getattr(getattr(cause, "response", None), "headers", None) or {}
        headers = headers if "retry-after" in headers else getattr(cause, "litellm_response_headers", None) or {}
        if value := headers.get("retry-after"):
            return _seconds(value)
    return None


def _seconds(value: str) -> float | None:
    """Both forms the header may have: seconds, or a date."""
    try:
        wait = float(value)
    except ValueError:
        try:
            wait = parsedate_to_datetime(value).timestamp() - time()
        except ValueError:
            return None
    return min(max(wait, 0.0), MAX_WAIT)


def _detail(error: Exception) -> str:
    """The provider's own words, without the names of the wrappers around them."""
    words = str(error).split(" Original exception: ")[0]
    if quoted := QUOTED.search(words):
        words = quoted[1]
    return storable.text(_without_keys(WRAPPING.sub("", words).strip())[:MAX_DETAIL])


def _without_keys(text: str) -> str:
    for name, value in os.environ.items():
        if NAMES_A_KEY.search(name) and len(value) >= 8:
            text = text.replace(value, "[key]")
    return LOOKS_LIKE_KEY.sub("[key]", text)
