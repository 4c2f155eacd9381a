"""A project as a git repository over HTTP: `git clone`, `fetch` and `push` with an API token as the password."""

import base64
import binascii
import gzip
import tempfile
import zlib
from collections.abc import Callable, Iterator
from functools import wraps
from typing import IO, Any, cast

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.shortcuts import redirect
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_GET, require_POST, require_safe

from projects import access, errors
from projects.enums import Ability
from projects.exports import upload
from projects.git import receiving, repository
from projects.git.objects import Malformed
from projects.models import Project, User
from projects.services import pushing, tokens

FETCH, PUSH = "git-upload-pack", "git-receive-pack"
NEEDS = {FETCH: (Ability.VIEW, "read"), PUSH: (Ability.EDIT, "write")}
PIECE = 64 * 1024
MOST_WORDS = 20
FRESH = {"Cache-Control": "no-cache, max-age=0, must-revalidate", "Pragma": "no-cache", "Expires": "0"}

View = Callable[..., HttpResponseBase]


class _NotSignedIn(Exception):
    """No token, or none that lives."""


def _plainly(view: View) -> View:
    """Refusals as one line of text, which git shows to whoever runs it."""

    @wraps(view)
    def answer(request: HttpRequest, *arguments: Any, **named: Any) -> HttpResponseBase:
        try:
            return view(request, *arguments, **named)
        except _NotSignedIn:
            refusal = _text(401, "Sign in with any user name and an API token of yours as the password.")
            refusal["WWW-Authenticate"] = 'Basic realm="Djinn", charset="UTF-8"'
            return refusal
        except Http404:
            return _text(404, "There is no such project, or it belongs to somebody else.")
        except PermissionDenied as denied:
            return _text(403, str(denied) or "You may read this project, but not change it.")
        except Malformed as malformed:
            return _text(400, str(malformed))
        except (errors.NoGit, errors.Busy, errors.GitFailed) as refusal_of_ours:
            return _text(503, str(refusal_of_ours))

    return answer


@csrf_exempt
@require_GET
@_plainly
def refs(request: HttpRequest, owner: str, project: str) -> HttpResponse:
    """The first question of every conversation: what is there?"""
    service = request.GET.get("service", "")
    if service not in NEEDS:
        raise PermissionDenied("Only git's smart protocol is spoken here. This git is too old.")
    found, _ = _find(request, owner, project, service)
    ready = repository.ready(found)
    if service == PUSH:
        body = receiving.advertise(ready.refs)
    else:
        body = receiving.introduction(FETCH) + upload.advertise(ready.folder, _protocol(request))
    return HttpResponse(body, content_type=f"application/x-{service}-advertisement", headers=FRESH)


@csrf_exempt
@require_POST
@_plainly
def upload_pack(request: HttpRequest, owner: str, project: str) -> StreamingHttpResponse:
    found, _ = _find(request, owner, project, FETCH)
    folder = repository.ready(found).folder
    with _body(request) as question:
        answer = upload.Answer(folder, question, _protocol(request), lambda: repository.doubt(found))
    return StreamingHttpResponse(answer, content_type=f"application/x-{FETCH}-result", headers=FRESH)


@csrf_exempt
@require_POST
@_plainly
def receive_pack(request: HttpRequest, owner: str, project: str) -> HttpResponse:
    found, user = _find(request, owner, project, PUSH)
    with _body(request) as body:
        wish = receiving.read(body)
        answer = _received(found, wish, body, user) if wish.commands else b""
    return HttpResponse(answer, content_type=f"application/x-{PUSH}-result", headers=FRESH)


def _received(project: Project, wish: receiving.Wish, pack: IO[bytes], user: User) -> bytes:
    try:
        outcomes = pushing.receive(project, wish.commands, iter(lambda: pack.read(PIECE), b""), by=user)
    except errors.Refusal as refusal:
        refused = dict.fromkeys((command.ref for command in wish.commands), "nothing was taken")
        return receiving.report(wish, refused, trouble=str(refusal), words=_words(refusal))
    refused = {outcome.ref: str(outcome.refusal) for outcome in outcomes if outcome.refusal}
    return receiving.report(wish, refused, words=[word for outcome in outcomes for word in _words_of(outcome)])


def _words_of(outcome: pushing.Outcome) -> list[str]:
    if outcome.refusal:
        return _words(outcome.refusal)
    branch = outcome.ref.removeprefix(pushing.HEADS)
    return [f"{branch} is at version {outcome.version.number} now." if outcome.version else f"{branch} is deleted."]


def _words(refusal: errors.Refusal) -> list[str]:
    """Everything that is wrong, a line each; one line git shows by itself."""
    if not isinstance(refusal, errors.BadArchive) or len(refusal.faults) < 2:
        return []
    more = len(refusal.faults) + refusal.more - MOST_WORDS
    lines = [str(fault) for fault in refusal.faults[:MOST_WORDS]]
    return [*lines, f"… and {more} more"] if more > 0 else lines


@require_safe
def visit(request: HttpRequest, owner: str, project: str) -> HttpResponse:
    """Somebody looks at the address of a repository in a browser."""
    return redirect("projects:file-list", owner=owner, project=project)


@require_safe
def complete(request: HttpRequest, owner: str, project: str) -> HttpResponse:
    """Git was given the address without its ending."""
    answer = redirect("projects:git-refs", owner=owner, project=project)
    answer["Location"] += f"?{request.META['QUERY_STRING']}" if request.META.get("QUERY_STRING") else ""
    return answer


# --- who asks, and for what --------------------------------------------------------------------
def _find(request: HttpRequest, owner: str, project: str, service: str) -> tuple[Project, User]:
    ability, scope = NEEDS[service]
    token = tokens.use(_secret(request.headers.get("Authorization", "")))
    if token is None:
        raise _NotSignedIn
    found = access.get_project(token.user, owner, project, ability)
    if scope not in token.scopes:
        raise PermissionDenied(f"This token may not {scope}: it needs the scope {scope!r}.")
    return found, token.user


def _secret(header: str) -> str:
    """The token, from either way of sending one."""
    kind, _, value = header.partition(" ")
    if kind.lower() == "bearer":
        return value.strip()
    if kind.lower() != "basic":
        return ""
    try:
        return base64.b64decode(value.strip(), validate=True).decode().partition(":")[2]
    except (binascii.Error, UnicodeDecodeError):
        return ""


def _protocol(request: HttpRequest) -> str:
    return request.headers.get("Git-Protocol", "")


def _body(request: HttpRequest) -> IO[bytes]:
    """What was sent, on disk and at its beginning; unpacked no larger than a body may be."""
    kept = tempfile.TemporaryFile()  # noqa: SIM115 - its caller closes it
    try:
        for piece in _pieces(request):
            kept.write(piece)
            if kept.tell() > settings.MAX_BODY_BYTES:
                raise Malformed("Unpacked, this is too large. Send it in several parts.")
    except BaseException:
        kept.close()
        raise
    kept.seek(0)
    return kept


def _pieces(request: HttpRequest) -> Iterator[bytes]:
    is_packed = request.headers.get("Content-Encoding", "") in {"gzip", "x-gzip"}
    source = gzip.GzipFile(fileobj=cast("IO[bytes]", request)) if is_packed else request
    try:
        while piece := source.read(PIECE):
            yield piece
    except (EOFError, gzip.BadGzipFile, zlib.error) as error:
        raise Malformed("What was sent cannot be unpacked.") from error


def _text(status: int, sentence: str) -> HttpResponse:
    return HttpResponse(f"{sentence}\n", status=status, content_type="text/plain; charset=utf-8", headers=FRESH)
