"""Addresses of the pages about sandboxes."""

from django.urls import path

from sandboxes.views import links, logs, pictures, previews

app_name = "sandboxes"

urlpatterns = [
    path("p/<slug:owner>/<slug:project>/logs/", logs.show, name="logs"),
    path("p/<slug:owner>/<slug:project>/share/", links.show, name="share"),
    path("p/<slug:owner>/<slug:project>/share/<uuid:link_id>/revoke/", links.revoke, name="share-revoke"),
    path("p/<slug:owner>/<slug:project>/picture/", pictures.show, name="picture"),
    path("previews/<slug:name>/", previews.enter, name="preview"),
]
