"""Starts the app: its event kinds join the feed, and what happens to people reaches open sockets."""

from django.apps import AppConfig


class ProjectsConfig(AppConfig):
    name = "projects"

    def ready(self) -> None:
        # These import models, which only exist once every app is loaded.
        from django.contrib.sessions.models import Session
        from django.db.models.signals import post_delete, post_save

        from projects import events, feed, receivers
        from projects.models import Member, User

        feed.register(*events.KINDS)
        for signal in (post_save, post_delete):
            signal.connect(receivers.on_member_changed, sender=Member, dispatch_uid="projects.members")
        post_save.connect(receivers.on_user_saved, sender=User, dispatch_uid="projects.users")
        post_delete.connect(receivers.on_session_deleted, sender=Session, dispatch_uid="projects.sessions")
