"""What has to be done now and then by one process alone, whoever it is."""

import uuid
from collections.abc import Iterable
from datetime import timedelta
from uuid import UUID

from django.db import models
from django.db.models.functions import Now

_MOST = 200


class Duty(models.Model):
    """A lease per duty, by the database's clock: those of several hosts differ."""

    name = models.CharField(max_length=40, primary_key=True)
    # Of whoever has it; a new one with each round.
    token = models.UUIDField(default=uuid.uuid4)
    # Until then nobody else takes it: neither while it is being done nor too soon after.
    taken_until = models.DateTimeField(db_default=Now())

    class Meta:
        verbose_name_plural = "duties"

    def __str__(self) -> str:
        return self.name


Token = uuid.UUID


def take(name: str, *, seconds: float) -> Token | None:
    """By compare-and-set; None when another has it."""
    Duty.objects.get_or_create(name=name)
    token = uuid.uuid4()
    free = Duty.objects.filter(name=name, taken_until__lte=Now())
    return token if free.update(token=token, taken_until=_in(seconds)) else None


def is_taken(name: str) -> bool:
    return Duty.objects.filter(name=name, taken_until__gt=Now()).exists()


def is_left(name: str) -> bool:
    """Of what is forgotten when it ends: whoever had it has died over it."""
    return Duty.objects.filter(name=name, taken_until__lte=Now()).exists()


def keep(name: str, token: Token, *, seconds: float) -> bool:
    """From now on for so long; False when it is another's by now."""
    return bool(Duty.objects.filter(name=name, token=token).update(taken_until=_in(seconds)))


def forget(name: str) -> None:
    """Of what is done once and not again: by whoever has it, or when nobody has."""
    Duty.objects.filter(name=name).delete()


def forget_but(*kinds: str, ids: Iterable[UUID]) -> int:
    """What nobody has, of things that are no more."""
    known, gone = {str(each) for each in ids}, list[str]()
    for kind in kinds:
        free = Duty.objects.filter(name__startswith=f"{kind} ", taken_until__lte=Now()).values_list("name", flat=True)
        gone += [name for name in free if name.removeprefix(f"{kind} ") not in known]
    return Duty.objects.filter(name__in=gone[:_MOST]).delete()[0] if gone else 0


def free_all() -> None:
    """At the start of a one-machine installation's worker: whoever had one is dead. Shells are another process's."""
    Duty.objects.exclude(name__startswith="shell ").update(taken_until=Now())


def _in(seconds: float) -> models.Expression:
    return models.ExpressionWrapper(Now() + timedelta(seconds=seconds), output_field=models.DateTimeField())
