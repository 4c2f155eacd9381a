"""Addresses of the pages about sandboxes."""

from django.urls import path

from sandboxes.views import logs

app_name = "sandboxes"

urlpatterns = [
    path("p/<slug:owner>/<slug:project>/logs/", logs.show, name="logs"),
]
