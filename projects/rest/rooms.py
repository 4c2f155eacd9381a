"""A room of the API: operations with their rules, and the one entrance to all of them.

Who, how often, how much, whether before: asked in this order, before a parameter is looked at.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import wraps
from typing import Any, TypeVar

from django.http.response import HttpResponseBase
from ninja import Router
from ninja.decorators import decorate_view

from projects import origins
from projects.rest import bodies, callers, documents, keys, limits, problems, traces

View = TypeVar("View", bound=Callable[..., Any])
Run = Callable[..., Any]

SMALL = 64 * 1024


@dataclass(frozen=True)
class Rules:
    """What an operation asks of a request."""

    method: str
    scope: str | None  # None: it is for everybody
    most: int
    is_keyed: bool
    # Its work takes long and has transactions of its own.
    is_long: bool = False
    # A session must have given its password or a factor again, as on the page for it.
    is_confirmed: bool = False


class Room:
    """`out` is what a success gives. `refuses` are the statuses beyond those every operation may answer with."""

    def __init__(self, tag: str) -> None:
        self.router = Router(tags=[tag])

    def get(self, path: str, out: Any = None, **rules: Any) -> Callable[[View], View]:
        return self._operation("GET", path, out, **rules)

    def post(self, path: str, out: Any = None, *, status: int = 201, **rules: Any) -> Callable[[View], View]:
        return self._operation("POST", path, out, status=status, **rules)

    def put(self, path: str, out: Any = None, **rules: Any) -> Callable[[View], View]:
        return self._operation("PUT", path, out, **rules)

    def patch(self, path: str, out: Any = None, **rules: Any) -> Callable[[View], View]:
        return self._operation("PATCH", path, out, **rules)

    def delete(self, path: str, out: Any = None, *, status: int = 204, **rules: Any) -> Callable[[View], View]:
        return self._operation("DELETE", path, out, status=status, **rules)

    def _operation(
        self,
        method: str,
        path: str,
        out: Any,
        *,
        status: int = 200,
        scope: str | None = "",
        refuses: Sequence[int] = (),
        most: int = SMALL,
        keyed: bool | None = None,
        long: bool = False,
        confirmed: bool = False,
        more: dict[int, Any] | None = None,
        extra: dict[str, Any] | None = None,
        **named: Any,
    ) -> Callable[[View], View]:
        """`scope=None`: public. `more`: other successes. `extra`: goes into the operation's OpenAPI as it is."""
        chosen = (callers.READ if method == "GET" else callers.WRITE) if scope == "" else scope
        is_keyed = method != "GET" and chosen is not None if keyed is None else keyed
        rules = Rules(method, chosen, most, is_keyed, is_long=long, is_confirmed=confirmed)

        def add(view: View) -> View:
            says = documents.of_operation(view, path, rules, refuses, extra or {})
            add_it = self.router.api_operation(
                [method], path, auth=None, response={status: out, **(more or {})}, **says, **named
            )
            # Around what was added just now: the same function may stand in another room, too.
            return decorate_view(_entrance(rules))(add_it(view))

        return add


def _entrance(rules: Rules) -> Callable[[Run], Run]:
    def guard(run: Run) -> Run:
        @wraps(run)
        def enter(request: Any, **path: Any) -> HttpResponseBase:
            try:
                body = _check(request, rules)
                if rules.is_keyed and request.caller is not None:
                    once = keys.once_apart if rules.is_long else keys.once
                    answer = once(request, request.caller.user, body, lambda: run(request, **path))
                else:
                    answer = run(request, **path)
            except Exception as error:
                answer = _refusal(request, error)
            return _with_headers(request, answer)

        return enter

    return guard


def _check(request: Any, rules: Rules) -> bytes:
    request.caller, request.links, request.counted = None, {}, None
    address = f"address:{traces.address_of(request)}"
    try:
        caller = callers.identify(request, most=rules.most)
        if caller is None and rules.scope is not None:
            raise problems.Refused("unauthenticated")
    except problems.Refused:
        request.counted = limits.count("anonymous", address)
        raise
    request.caller = caller
    if caller is not None and caller.token is not None:
        origins.turn_out_as("token")
    policy = "anonymous" if caller is None else "reads" if rules.method == "GET" else "writes"
    request.counted = limits.count(policy, caller.key if caller else address)
    if caller is not None:
        request.user = caller.user
        callers.check_scope(caller, rules.scope or callers.READ)
        if rules.is_confirmed:
            callers.check_confirmed(request, caller)
    return b"" if rules.method == "GET" else bodies.take(request, rules.most)


def _refusal(request: Any, error: Exception) -> HttpResponseBase:
    refused = problems.read(error)
    if refused is None:
        raise error
    return problems.answer(request, refused)


def _with_headers(request: Any, answer: HttpResponseBase) -> HttpResponseBase:
    if request.counted is not None:
        for name, value in request.counted.headers().items():
            answer.headers.setdefault(name, value)
    if request.links and answer.status_code == 200:
        answer.headers["Link"] = ", ".join(f'<{target}>; rel="{name}"' for name, target in request.links.items())
    answer.headers.setdefault("Cache-Control", "private, no-store")
    return answer
