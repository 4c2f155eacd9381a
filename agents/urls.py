"""Addresses of the builder's screens."""

from django.urls import path

from agents.views import (
    console,
    estimates,
    imports,
    jobs,
    mending,
    messages,
    packages,
    parcels,
    plans,
    remotes,
    replays,
    reruns,
    start,
    workbench,
)

app_name = "agents"

_PROJECT = "p/<slug:owner>/<slug:project>/"

urlpatterns = [
    path("", start.show, name="start"),
    path("wish/", start.send, name="wish-send"),
    path("estimate/", estimates.of_wish, name="estimate"),
    path("projects/", start.project_list, name="project-list"),
    path("import/", imports.show, name="import"),
    path("import/file/", imports.bring_file, name="import-file"),
    path("import/address/", imports.bring_address, name="import-address"),
    path("import/job/", parcels.make, name="import-job"),
    path("gallery/", workbench.gallery, name="gallery"),
    path(_PROJECT, workbench.show, name="workbench"),
    path(f"{_PROJECT}settings/remotes/", remotes.show, name="remotes"),
    path(f"{_PROJECT}settings/remotes/<uuid:remote_id>/", remotes.change, name="remote"),
    path(f"{_PROJECT}settings/remotes/<uuid:remote_id>/remove/", remotes.remove, name="remote-remove"),
    path(f"{_PROJECT}settings/remotes/<uuid:remote_id>/push/", remotes.push, name="remote-push"),
    path(f"{_PROJECT}estimate/", estimates.of_message, name="project-estimate"),
    path(f"{_PROJECT}messages/", messages.send, name="message-send"),
    path(f"{_PROJECT}console/", console.show, name="console"),
    path(f"{_PROJECT}console/clear/", console.clear, name="console-clear"),
    path(f"{_PROJECT}packages/", packages.show, name="packages"),
    path(f"{_PROJECT}packages/add/", packages.add, name="package-add"),
    path(f"{_PROJECT}packages/upgrade/", packages.upgrade, name="package-upgrade"),
    path(f"{_PROJECT}packages/remove/", packages.remove, name="package-remove"),
    path(f"{_PROJECT}packages/install/", packages.install, name="package-install"),
    path(f"{_PROJECT}packages/check/", packages.check, name="package-check"),
    path(f"{_PROJECT}mend/", mending.mend, name="mend"),
    path(f"{_PROJECT}jobs/<uuid:job_id>/stop/", jobs.stop, name="job-stop"),
    path(f"{_PROJECT}jobs/<uuid:job_id>/pause/", jobs.pause, name="job-pause"),
    path(f"{_PROJECT}jobs/<uuid:job_id>/resume/", jobs.resume, name="job-resume"),
    path(f"{_PROJECT}jobs/<uuid:job_id>/retry/", jobs.retry, name="job-retry"),
    path(f"{_PROJECT}jobs/<uuid:job_id>/allow/", jobs.allow, name="job-allow"),
    path(f"{_PROJECT}jobs/<uuid:job_id>/plan/", plans.change, name="job-plan"),
    path(f"{_PROJECT}jobs/<uuid:job_id>/undo/", jobs.undo, name="job-undo"),
    path(f"{_PROJECT}jobs/<uuid:job_id>/again/", reruns.again, name="job-again"),
    path(f"{_PROJECT}jobs/<uuid:job_id>/comparison/", reruns.compare, name="job-comparison"),
    path(f"{_PROJECT}jobs/<uuid:job_id>/replay/", replays.show, name="job-replay"),
    path(f"{_PROJECT}jobs/<uuid:job_id>/export/", replays.export, name="job-export"),
    path(f"{_PROJECT}jobs/import/", parcels.take, name="job-import"),
]
