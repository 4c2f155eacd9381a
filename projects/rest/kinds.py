"""Every kind of refusal the API knows. A code never changes its meaning; its page says what to do about it."""

from typing import NamedTuple


class Kind(NamedTuple):
    code: str
    status: int
    title: str
    advice: str


_ALL = (
    Kind(
        "malformed", 400, "This cannot be read", "The body is no JSON, or not in UTF-8. Send what the operation takes."
    ),
    Kind(
        "bad_request", 400, "This makes no sense", "The request breaks a rule of HTTP. Look at its headers and address."
    ),
    Kind(
        "unauthenticated",
        401,
        "Nobody is signed in",
        "Send `Authorization: Bearer <token>` with a token that has not run out, or the cookie of a session.",
    ),
    Kind("wrong_credentials", 401, "That is not right", "Look at the e-mail address, the password and the code."),
    Kind(
        "second_factor",
        401,
        "There is a second step",
        "The password was right. Send the code to `/api/v2/auth/second-factor` in the same session.",
    ),
    Kind(
        "forbidden",
        403,
        "You may not do that",
        "You can see this, but your role does not allow it. Ask the owner of the project.",
    ),
    Kind(
        "confirmation_missing",
        403,
        "It has to be you",
        "Give your password or a code at `/api/v2/auth/confirm` in the same session; programs use a token.",
    ),
    Kind("scope_missing", 403, "The token may not do that", "Make a token with the scope that the operation asks for."),
    Kind(
        "csrf_failed",
        403,
        "This did not come from the site",
        "With a session, send the CSRF token of the page in `X-CSRFToken`; programs use a token instead.",
    ),
    Kind("sign_up_closed", 403, "Sign-up is closed", "Ask the operator of this installation for an account."),
    Kind("not_found", 404, "There is nothing here", "It does not exist, is gone, or belongs to somebody else."),
    Kind("method_not_allowed", 405, "It does not work this way", "`Allow` lists the methods of this address."),
    Kind("too_slow", 408, "That took too long", "The request did not arrive whole in time. Send it again."),
    Kind(
        "conflict",
        409,
        "Two changes meet",
        "The two sides cannot be joined at `paths`; `kinds` says why. Decide, and send again.",
    ),
    Kind(
        "wrong_state", 409, "Not in this state", "What it is about is no longer, or not yet, in a state that allows it."
    ),
    Kind(
        "under_way",
        409,
        "The first request is still under way",
        "One with the same `Idempotency-Key` has not been answered yet. Ask again after `Retry-After` seconds.",
    ),
    Kind("stale", 412, "It has changed meanwhile", "Read it again: `current` is its ETag now. Merge, and send again."),
    Kind("too_large", 413, "That is too large", "Send less; each operation has its limit."),
    Kind("address_too_long", 414, "This address is too long", "No address of this site is that long."),
    Kind("wrong_media_type", 415, "This is not in a form that is understood", "Send `Content-Type: application/json`."),
    Kind("invalid", 422, "Some of this does not fit", "`errors` names each place and what is wrong with it."),
    Kind("refused", 422, "That cannot be done", "`detail` says why."),
    Kind(
        "key_used",
        422,
        "This Idempotency-Key was used for something else",
        "The same key came with another body. Take a new key for a new request.",
    ),
    Kind(
        "precondition_required",
        428,
        "Say what you saw",
        "Send `If-Match` with the ETag you read, or `If-None-Match: *` for something new.",
    ),
    Kind("too_many", 429, "That was too often", "Wait `Retry-After` seconds; `RateLimit` says what is left."),
    Kind("headers_too_large", 431, "The headers are too large", "Send fewer or shorter ones."),
    Kind("internal", 500, "Something broke", "It was not you. Tell the operator the `request_id`."),
    Kind("busy", 503, "Not right now", "Try again after `Retry-After` seconds."),
    Kind("unavailable", 503, "A part of this server is not there", "Try again after `Retry-After` seconds."),
    Kind("no_room", 507, "There is no room left", "The disk of the server is full; its operator has to make room."),
)

KINDS = {kind.code: kind for kind in _ALL}
# What a bare status means.
BY_STATUS = {kind.status: kind for kind in reversed(_ALL)}
