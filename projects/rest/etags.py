"""What a writer saw, in the words of HTTP: `If-Match` and `If-None-Match`."""

import re

from django.http import HttpRequest

from projects.rest.problems import Refused

_STRONG = re.compile(r'"([0-9a-f]{64})"')


def tag(sha256: str) -> str:
    return f'"{sha256}"'


def is_known(request: HttpRequest, current: str) -> bool:
    """Whether its reader has it already; for reading, weak tags count as well."""
    given = request.headers.get("If-None-Match", "")
    return given.strip() == "*" or current in {one.strip().removeprefix("W/") for one in given.split(",")}


def expected(request: HttpRequest) -> str:
    """The sha256 that its writer saw; empty for `If-None-Match: *`, when there must be no such file."""
    match, none_match = request.headers.get("If-Match"), request.headers.get("If-None-Match")
    if match is not None and (found := _STRONG.fullmatch(match.strip())):
        return found[1]
    if match is None and none_match is not None and none_match.strip() == "*":
        return ""
    if match is None and none_match is None:
        raise Refused("precondition_required")
    fault = {"parameter": "If-Match", "code": "etag", "message": "send one ETag as it was given, or If-None-Match: *"}
    raise Refused("invalid", "If-Match: send one ETag as it was given, or If-None-Match: *.", errors=[fault])
