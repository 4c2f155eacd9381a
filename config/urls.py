"""Every address of the site: each app brings its own."""

from importlib import util

from django.contrib import admin
from django.urls import URLPattern, URLResolver, include, path

from config import health

urlpatterns: list[URLPattern | URLResolver] = [
    path("livez", health.livez, name="livez"),
    path("readyz", health.readyz, name="readyz"),
    path("accounts/", include("allauth.urls")),
    path("admin/", admin.site.urls),
]
urlpatterns += [path("", include(room)) for room in ("agents.urls", "projects.urls") if util.find_spec(room)]
