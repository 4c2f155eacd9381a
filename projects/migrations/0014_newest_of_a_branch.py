"""The newest events of a branch, found without reading those of the others.

A log may be long, and jobs write to it meanwhile: PostgreSQL makes the index beside them, outside of a transaction.
"""

from django.db import migrations, models


class AddIndexBesideWriters(migrations.AddIndex):
    """What an attempt left that was cut off goes first: an index that is not valid, and stands in the way."""

    def database_forwards(self, app_label, schema_editor, from_state, to_state):
        if schema_editor.connection.vendor != "postgresql":
            super().database_forwards(app_label, schema_editor, from_state, to_state)
            return
        model = to_state.apps.get_model(app_label, self.model_name)
        if self.allow_migrate_model(schema_editor.connection.alias, model):
            schema_editor.remove_index(model, self.index, concurrently=True)
            schema_editor.add_index(model, self.index, concurrently=True)


class Migration(migrations.Migration):
    atomic = False

    dependencies = [
        ("projects", "0013_purposes_of_files"),
    ]

    operations = [
        AddIndexBesideWriters(
            model_name="event",
            index=models.Index(fields=["project", "branch", "-seq"], name="event_newest_of_branch"),
        ),
    ]
