import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("agents", "0009_events_of_branches"),
    ]

    operations = [
        # Nothing ever wrote it under its first name.
        migrations.RenameField(model_name="job", old_name="parent", new_name="rerun_of"),
        migrations.AlterField(
            model_name="job",
            name="rerun_of",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="reruns",
                to="agents.job",
            ),
        ),
    ]
