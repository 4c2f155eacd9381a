"""The picture on a project's card, for those who may see the project."""

from typing import cast

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from projects import access, errors
from projects.enums import Ability
from projects.models import User
from projects.rest import etags
from projects.services import branches
from sandboxes.services import pictures, sandboxes

# Its address names its bytes, so a browser asks once.
_FOREVER = "private, max-age=31536000, immutable"


@require_safe
@login_required
def show(request: HttpRequest, owner: str, project: str) -> HttpResponse:
    at = access.get_project(cast("User", request.user), owner, project, Ability.VIEW)
    try:
        sha256 = pictures.hash_of(sandboxes.find(branches.find(at, branches.MAIN)))
    except errors.Missing as missing:
        raise Http404 from missing
    is_that = bool(request.GET.get("of")) and sha256.startswith(request.GET["of"])
    headers = {"ETag": etags.tag(sha256), "Cache-Control": _FOREVER if is_that else "private, no-cache"}
    if etags.is_known(request, headers["ETag"]):
        return HttpResponse(status=304, headers=headers)
    return HttpResponse(pictures.read(sha256), content_type=pictures.MEDIA_TYPE, headers=headers)
