"""A project as one download: the files of a branch or of any version, or its whole history."""

from typing import cast

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.views.decorators.http import require_GET

from projects import access, errors
from projects.enums import Ability
from projects.models import User
from projects.rest import downloads
from projects.services import exporting

_MOST_DIGITS = 9


@require_GET
@login_required
def download(request: HttpRequest, owner: str, project: str) -> HttpResponseBase:
    found = access.get_project(cast("User", request.user), owner, project, Ability.VIEW)
    try:
        version = _number(request.GET.get("version"))
        export = exporting.zip_of(found, version=version, branch=request.GET.get("branch") or None)
    except errors.Missing as missing:
        raise Http404 from missing
    return downloads.answer(export.pieces, name=export.name, media_type=export.media_type)


@require_GET
@login_required
def bundle(request: HttpRequest, owner: str, project: str) -> HttpResponseBase:
    """Every version, for git."""
    found = access.get_project(cast("User", request.user), owner, project, Ability.VIEW)
    try:
        export = exporting.bundle_of(found)
    except (errors.Empty, errors.NoGit, errors.Busy, errors.GitFailed) as refusal:
        status = 404 if isinstance(refusal, errors.Empty) else 503
        return HttpResponse(f"{refusal}\n", status=status, content_type="text/plain; charset=utf-8")
    return downloads.answer(export.pieces, name=export.name, media_type=export.media_type)


def _number(written: str | None) -> int | None:
    if not written:
        return None
    if not (written.isascii() and written.isdigit() and len(written) <= _MOST_DIGITS):
        raise errors.Missing("There is no such version.")
    return int(written)
