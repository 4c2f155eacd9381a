"""The app that turns words into changes, and composes the builder's screens."""

from django.apps import AppConfig


class AgentsConfig(AppConfig):
    name = "agents"
    verbose_name = "Agents"

    def ready(self) -> None:
        from agents import events

        events.register()
