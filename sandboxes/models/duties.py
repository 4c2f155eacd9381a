"""What has to be done now and then by one process alone, whoever it is."""

import uuid
from datetime import timedelta

from django.db import models
from django.db.models.functions import Now


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


def keep(name: str, token: Token, *, seconds: float) -> bool:
    """From now on for so long; False when it is another's by now."""
    return bool(Duty.objects.filter(name=name, token=token).update(taken_until=_in(seconds)))


def forget(name: str) -> None:
    """Of what is done once and not again: by whoever has it, or when nobody has."""
    Duty.objects.filter(name=name).delete()


def free_all() -> None:
    """At the start of a one-machine installation: whoever had one is dead."""
    Duty.objects.update(taken_until=Now())


def _in(seconds: float) -> models.Expression:
    return models.ExpressionWrapper(Now() + timedelta(seconds=seconds), output_field=models.DateTimeField())
