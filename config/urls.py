"""Every address of the site: each app brings its own."""

from importlib import util

from django.contrib import admin
from django.templatetags.static import static
from django.urls import URLPattern, URLResolver, include, path
from django.views.generic import RedirectView

from config import api, health, refusals

admin.site.site_header = admin.site.site_title = "Djinn"

urlpatterns: list[URLPattern | URLResolver] = [
    path("livez", health.livez, name="livez"),
    path("readyz", health.readyz, name="readyz"),
    path("favicon.ico", RedirectView.as_view(url=static("img/mark.svg"))),  # what has no page of ours asks for it
    path("api/v2/problems/<slug:code>", api.problem, name="problem"),
    path("api/v2/", api.api.urls),
    path("accounts/", include("allauth.urls")),
    path("admin/", admin.site.urls),
]
urlpatterns += [path("", include(room)) for room in ("agents.urls", "projects.urls") if util.find_spec(room)]

handler400 = refusals.bad_request
handler403 = refusals.forbidden
handler404 = refusals.not_found
handler429 = refusals.too_often  # allauth's
handler500 = refusals.server_error
