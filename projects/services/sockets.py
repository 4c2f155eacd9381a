"""Sockets that somebody holds open: they are told to ask again whether they may stay."""

from functools import partial

from django.db import transaction

from projects.feed import bells
from projects.models import Member


def ask_again(user_id: int) -> None:
    """Once what happened is committed. All sockets of their projects ask; a lost bell costs half a minute."""
    transaction.on_commit(partial(_ring, user_id))


def _ring(user_id: int) -> None:
    for project_id in Member.objects.filter(user_id=user_id).values_list("project_id", flat=True):
        bells.ring_members(project_id)
