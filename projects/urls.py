"""Addresses of this app: a project's files, its download, and the one-time sign-in link."""

from django.urls import path

from projects.views import (
    enter,
    exports,
    file_acts,
    files,
    forks,
    git,
    imports,
    invitations,
    members,
    secrets,
    settings,
    tokens,
)

app_name = "projects"

_PROJECT = "p/<slug:owner>/<slug:project>/"
_GIT = "git/<slug:owner>/<slug:project>"

urlpatterns = [
    path("enter/<str:token>/", enter.enter, name="enter"),
    path(f"{_PROJECT}files/", files.show_list, name="file-list"),
    # A path of a file never ends in a slash, so acts on files do.
    path(f"{_PROJECT}files/search/", files.search, name="file-search"),
    path(f"{_PROJECT}files/raw/", files.raw, name="file-raw"),
    path(f"{_PROJECT}files/edit/", file_acts.edit, name="file-edit"),
    path(f"{_PROJECT}files/new/", file_acts.new, name="file-new"),
    path(f"{_PROJECT}files/move/", file_acts.move, name="file-move"),
    path(f"{_PROJECT}files/delete/", file_acts.delete, name="file-delete"),
    path(f"{_PROJECT}files/upload/", file_acts.upload, name="file-upload"),
    path(f"{_PROJECT}files/new-folder/", file_acts.make_folder, name="folder-new"),
    path(f"{_PROJECT}files/undo/", file_acts.undo, name="file-undo"),
    path(f"{_PROJECT}files/<path:path>", files.show, name="file-read"),
    path(f"{_PROJECT}export.zip", exports.download, name="export-zip"),
    path(f"{_PROJECT}export.bundle", exports.bundle, name="export-bundle"),
    path(f"{_PROJECT}import/", imports.take, name="import"),
    path(f"{_PROJECT}fork/", forks.fork, name="fork"),
    path("join/<str:secret>/", invitations.join, name="invitation"),
    path("accounts/tokens/", tokens.show, name="tokens"),
    path("accounts/tokens/<int:token_id>/revoke/", tokens.revoke, name="token-revoke"),
    path(f"{_PROJECT}settings/", settings.show, name="settings"),
    path(f"{_PROJECT}settings/archive/", settings.archive, name="archive"),
    path(f"{_PROJECT}settings/restore/", settings.restore, name="restore"),
    path(f"{_PROJECT}settings/transfer/", settings.transfer, name="transfer"),
    path(f"{_PROJECT}settings/delete/", settings.delete, name="delete"),
    path(f"{_PROJECT}settings/members/", members.show, name="members"),
    path(f"{_PROJECT}settings/members/leave/", members.leave, name="leave"),
    path(f"{_PROJECT}settings/members/<slug:handle>/role/", members.change, name="member-change"),
    path(f"{_PROJECT}settings/members/<slug:handle>/remove/", members.remove, name="member-remove"),
    path(f"{_PROJECT}settings/invitations/<uuid:invitation_id>/resend/", members.resend, name="invitation-resend"),
    path(f"{_PROJECT}settings/invitations/<uuid:invitation_id>/revoke/", members.revoke, name="invitation-revoke"),
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
