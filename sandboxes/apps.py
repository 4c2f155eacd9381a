"""Wires the app when Django starts: its event kinds, its receiver, who wakes a sleeping box, who listens."""

from django.apps import AppConfig


class SandboxesConfig(AppConfig):
    name = "sandboxes"

    def ready(self) -> None:
        # These import models, which only exist once every app is loaded.
        from projects.signals import changeset_closed, restart_wanted, tree_changed
        from sandboxes import events, receivers
        from sandboxes.preview import failures, waking
        from sandboxes.runtime import pausing
        from sandboxes.services import sandboxes

        events.register()
        tree_changed.connect(receivers.on_tree_changed, dispatch_uid="sandboxes.sync")
        changeset_closed.connect(receivers.on_changeset_closed, dispatch_uid="sandboxes.closed")
        restart_wanted.connect(receivers.on_restart_wanted, dispatch_uid="sandboxes.restart")
        waking.call(sandboxes.request_start, resume=pausing.resume)
        failures.call(sandboxes.request_listening)
