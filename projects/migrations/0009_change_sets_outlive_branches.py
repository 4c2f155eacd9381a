"""What was decided outlives its branch: the name is kept on the row, and deleting the branch lets go of it."""

import django.db.models.deletion
from django.db import migrations, models


def name_branches(apps, schema_editor):
    sets, branches = apps.get_model("projects", "ChangeSet"), apps.get_model("projects", "Branch")
    name = branches.objects.filter(pk=models.OuterRef("branch")).values("name")
    sets.objects.filter(branch_name="", branch__isnull=False).update(branch_name=models.Subquery(name))


class Migration(migrations.Migration):
    dependencies = [("projects", "0008_open_change_sets_of_jobs")]

    operations = [
        migrations.AddField(
            model_name="changeset",
            name="branch_name",
            field=models.CharField(default="", editable=False, max_length=120),
            preserve_default=False,
        ),
        migrations.AlterField(
            model_name="changeset",
            name="branch",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="changesets",
                to="projects.branch",
            ),
        ),
        migrations.RunPython(name_branches)  # no way back: what outlived its branch has none,
    ]
