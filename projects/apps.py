"""Starts the app: its event kinds join the feed, and changed memberships reach open sockets."""

from typing import Any

from django.apps import AppConfig


class ProjectsConfig(AppConfig):
    name = "projects"

    def ready(self) -> None:
        from django.db.models.signals import post_delete, post_save

        from projects import events, feed
        from projects.models import Member

        feed.register(*events.KINDS)
        for signal in (post_save, post_delete):
            signal.connect(_tell_members, sender=Member, dispatch_uid="projects.members")


def _tell_members(instance: Any, **_: Any) -> None:
    from functools import partial

    from django.db import transaction

    from projects.feed import bells

    transaction.on_commit(partial(bells.ring_members, instance.project_id))
