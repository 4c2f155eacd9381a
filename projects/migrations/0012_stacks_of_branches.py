from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("projects", "0011_events_of_branches"),
    ]

    operations = [
        migrations.AddField(
            model_name="branch",
            name="template",
            field=models.CharField(blank=True, default="", max_length=40),
        ),
    ]
