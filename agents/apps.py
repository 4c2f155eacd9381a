"""The app that turns words into changes, and composes the builder's screens."""

from django.apps import AppConfig


class AgentsConfig(AppConfig):
    name = "agents"
    verbose_name = "Agents"

    def ready(self) -> None:
        # These import models, which only exist once every app is loaded.
        from agents import events, receivers
        from projects.signals import branch_deleting, changeset_deciding, tree_changed

        events.register()
        tree_changed.connect(receivers.on_tree_changed, dispatch_uid="agents.push")
        branch_deleting.connect(receivers.on_branch_deleting, dispatch_uid="agents.branches")
        changeset_deciding.connect(receivers.on_changeset_deciding, dispatch_uid="agents.deciding")
