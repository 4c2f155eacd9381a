"""Every address of the site: each app brings its own."""

from importlib import util

from allauth.account.decorators import secure_admin_login
from django.conf import settings
from django.contrib import admin
from django.templatetags.static import static
from django.urls import URLPattern, URLResolver, include, path
from django.views.generic import RedirectView

from config import api, health, refusals

# Django's own sign-in knows neither second factors nor limits on guessing.
admin.site.login = secure_admin_login(admin.site.login)  # type: ignore[method-assign]  # how allauth has it done
admin.site.site_header = admin.site.site_title = "Djinn"


def addresses(*, shims: bool) -> list[URLPattern | URLResolver]:
    """`shims`: with those of the earlier design."""
    found: list[URLPattern | URLResolver] = [
        path("livez", health.livez, name="livez"),
        path("readyz", health.readyz, name="readyz"),
        path("favicon.ico", RedirectView.as_view(url=static("img/mark.svg"))),  # what has no page of ours asks for it
        path("api/v2/problems/<slug:code>", api.problem, name="problem"),
        path("api/v2/", api.api.urls),
        path("api/", api.first.urls),
        *([path("api/", api.shims.urls)] if shims else []),
        path("health", health.readyz, name="health"),
        path("admin/", admin.site.urls),
    ]
    found += [
        path("", include(room)) for room in ("agents.urls", "sandboxes.urls", "projects.urls") if util.find_spec(room)
    ]
    found.append(path("accounts/", include("allauth.urls")))  # after ours, which take the place of some of these
    return found


urlpatterns = addresses(shims=settings.V1_SHIMS)

handler400 = refusals.bad_request
handler403 = refusals.forbidden
handler404 = refusals.not_found
handler429 = refusals.too_often  # allauth's
handler500 = refusals.server_error
