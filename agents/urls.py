"""Addresses of the builder's screens."""

from django.urls import path

from agents.views import jobs, messages, start, workbench

app_name = "agents"

_PROJECT = "p/<slug:owner>/<slug:project>/"

urlpatterns = [
    path("", start.show, name="start"),
    path("wish/", start.send, name="wish-send"),
    path("projects/", start.project_list, name="project-list"),
    path("gallery/", workbench.gallery, name="gallery"),
    path(_PROJECT, workbench.show, name="workbench"),
    path(f"{_PROJECT}messages/", messages.send, name="message-send"),
    path(f"{_PROJECT}jobs/<uuid:job_id>/stop/", jobs.stop, name="job-stop"),
    path(f"{_PROJECT}jobs/<uuid:job_id>/pause/", jobs.pause, name="job-pause"),
    path(f"{_PROJECT}jobs/<uuid:job_id>/resume/", jobs.resume, name="job-resume"),
    path(f"{_PROJECT}jobs/<uuid:job_id>/retry/", jobs.retry, name="job-retry"),
]
