"""Addresses of this app: a project's files, its download, and the one-time sign-in link."""

from django.urls import path

from projects.views import enter, exports, files, git, secrets

app_name = "projects"

_PROJECT = "p/<slug:owner>/<slug:project>/"
_GIT = "git/<slug:owner>/<slug:project>"

urlpatterns = [
    path("enter/<str:token>/", enter.enter, name="enter"),
    path(f"{_PROJECT}files/", files.show_list, name="file-list"),
    path(f"{_PROJECT}files/<path:path>", files.show, name="file-read"),
    path(f"{_PROJECT}export.zip", exports.download, name="export-zip"),
    path(f"{_PROJECT}settings/secrets/", secrets.show, name="secrets"),
    path(f"{_PROJECT}settings/secrets/restart/", secrets.restart, name="secret-restart"),
    path(f"{_PROJECT}settings/secrets/<str:name>/remove/", secrets.remove, name="secret-remove"),
    path(f"{_GIT}.git/info/refs", git.refs, name="git-refs"),
    path(f"{_GIT}.git/git-upload-pack", git.upload_pack, name="git-upload-pack"),
    path(f"{_GIT}.git/git-receive-pack", git.receive_pack, name="git-receive-pack"),
    path(f"{_GIT}/info/refs", git.complete, name="git-complete"),
    path(f"{_GIT}.git", git.visit, name="git-visit"),
    path(_GIT, git.visit, name="git-visit-bare"),
]
