from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("projects", "0003_parents_in_order")]

    operations = [
        migrations.RemoveField(model_name="version", name="parents"),
        migrations.AddField(
            model_name="version",
            name="parents",
            field=models.ManyToManyField(
                blank=True, related_name="children", through="projects.Parentage", to="projects.version"
            ),
        ),
    ]
