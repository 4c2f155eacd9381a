"""Addresses of this app: a project's files, its download, and the one-time sign-in link."""

from django.urls import path

from projects.views import enter, exports, files, secrets

app_name = "projects"

_PROJECT = "p/<slug:owner>/<slug:project>/"

urlpatterns = [
    path("enter/<str:token>/", enter.enter, name="enter"),
    path(f"{_PROJECT}files/", files.show_list, name="file-list"),
    path(f"{_PROJECT}files/<path:path>", files.show, name="file-read"),
    path(f"{_PROJECT}export.zip", exports.download, name="export-zip"),
    path(f"{_PROJECT}settings/secrets/", secrets.show, name="secrets"),
    path(f"{_PROJECT}settings/secrets/restart/", secrets.restart, name="secret-restart"),
    path(f"{_PROJECT}settings/secrets/<str:name>/remove/", secrets.remove, name="secret-remove"),
]
