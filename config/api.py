"""The REST API: every app's rooms behind one frame, its OpenAPI document, and the pages about it."""

import pkgutil
from collections.abc import Iterator
from importlib import import_module, util
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe
from ninja import NinjaAPI
from ninja.openapi.schema import OpenAPISchema

from agents.api import v1 as agents_v1
from agents.api.shims import addresses, code, conversation, files, packages
from projects.api import v1
from projects.rest import Room, bodies, documents, problems
from projects.rest.kinds import KINDS

ROOT = "/api/v2/"
ABOUT = """\
Sign in with `Authorization: Bearer <token>`. Everything that is refused is a problem (RFC 9457) whose `type` is the
address of a page. Lists come in pages: `next` of one is `after` of the next. Writes take an `Idempotency-Key`.
`docs/how-to/api.md` tells the rest."""

APPS = ("projects", "sandboxes", "agents")


def rooms() -> Iterator[Room]:
    """Every `room` of a module in some app's `api/`: a new one is there by itself."""
    for app in APPS:
        if util.find_spec(f"{app}.api") is not None:
            package = import_module(f"{app}.api")
            for module in pkgutil.iter_modules(package.__path__):
                found = import_module(f"{app}.api.{module.name}")
                if isinstance(room := getattr(found, "room", None), Room):
                    yield room


class Api(NinjaAPI):
    def on_exception(self, request: HttpRequest, exc: Any) -> HttpResponse:
        """What nobody foresaw is raised on, to the log and the page for it."""
        refused = problems.read(exc)
        if refused is None:
            raise exc
        return problems.answer(request, refused)

    def get_openapi_schema(
        self, *, path_prefix: str | None = None, path_params: dict[str, Any] | None = None
    ) -> OpenAPISchema:
        schema = super().get_openapi_schema(path_prefix=path_prefix, path_params=path_params)
        components = schema["components"]
        components["schemas"] |= {"Problem": documents.PROBLEM, "Fault": documents.FAULT}
        components["responses"] = documents.responses()
        components["securitySchemes"] = documents.SECURITY
        return schema


api = Api(title="Djinn", version="2", description=ABOUT, urls_namespace="api", parser=bodies.Json())
for room in rooms():
    api.add_router("", room.router)


# For clients of the earlier design; what is new is in v2 alone.
first = Api(title="Djinn", version="1", urls_namespace="api-v1", docs_url=None, openapi_url=None, parser=bodies.Json())
first.add_router("", v1.first.router)
first.add_router("", agents_v1.first.router)

# Where DJINN_V1_SHIMS asks for them: each of these modules adds its addresses to one room.
shims = Api(
    title="Djinn",
    version="1-shims",
    urls_namespace="api-v1-shims",
    docs_url=None,
    openapi_url=None,
    parser=bodies.Json(),
)
shims.add_router("", addresses.shims.router)
SHIMS = (code, conversation, files, packages)


@require_safe
def problem(request: HttpRequest, code: str) -> HttpResponse:
    """The page that a problem's `type` leads to."""
    if code not in KINDS:
        raise Http404
    return render(request, "projects/problem.html", {"kind": KINDS[code]})
