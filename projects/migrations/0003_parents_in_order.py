from typing import Any

from django.db import migrations


def copy(apps: Any, schema_editor: Any) -> None:
    """Until now a version had one parent at most, so there is no order to find out."""
    parentage = apps.get_model("projects", "Parentage")
    pairs = apps.get_model("projects", "Version").parents.through.objects.values_list("from_version", "to_version")
    parentage.objects.bulk_create(
        (parentage(version_id=version, parent_id=parent) for version, parent in pairs), batch_size=1000
    )


class Migration(migrations.Migration):
    dependencies = [("projects", "0002_history_people_secrets")]

    operations = [migrations.RunPython(copy, migrations.RunPython.noop)]
