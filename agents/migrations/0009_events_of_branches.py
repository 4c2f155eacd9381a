"""What was recorded before events knew their branch: by its job, its box or its own words, and else of `main`."""

from django.db import migrations
from django.db.models import OuterRef, Subquery

_BOXES = ("sandbox_changed", "preview_ready")
_OF_MAIN = (*_BOXES, "command_started", "command_finished", "phase_changed")
_NAMED = ("changeset_opened", "changeset_applied", "changeset_rejected", "changeset_waiting", "changeset_superseded")


def tell_apart(apps, schema_editor):
    Event = apps.get_model("projects", "Event")
    Branch = apps.get_model("projects", "Branch")
    unknown = Event.objects.filter(branch=None)
    of_job = apps.get_model("agents", "Job").objects.filter(pk=OuterRef("job_ref")).values("branch_id")
    unknown.exclude(job_ref=None).update(branch_id=Subquery(of_job))
    boxes = apps.get_model("sandboxes", "Sandbox").objects.values_list("pk", "branch_id", "branch__project_id")
    for box, branch, project in boxes.iterator():
        unknown.filter(project_id=project, kind__in=_BOXES, payload__sandbox=str(box)).update(branch_id=branch)
    for branch, name, project in Branch.objects.values_list("pk", "name", "project_id").iterator():
        named = unknown.filter(project_id=project, kind__in=(*_NAMED, "version_restored", "branch_moved"))
        named.filter(payload__branch=name).update(branch_id=branch)
    main = Branch.objects.filter(project_id=OuterRef("project_id"), name="main").values("pk")
    unknown.filter(kind__in=_OF_MAIN).update(branch_id=Subquery(main))
    unknown.exclude(job_ref=None).update(branch_id=Subquery(main))


class Migration(migrations.Migration):
    dependencies = [
        ("agents", "0008_an_answer_without_changes"),
        ("projects", "0011_events_of_branches"),
        ("sandboxes", "0002_duty"),
    ]

    operations = [
        migrations.RunPython(tell_apart, migrations.RunPython.noop, elidable=True),
    ]
