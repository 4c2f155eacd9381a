"""The closed sets of words that projects are described with."""

from django.db import models


class Role(models.TextChoices):
    OWNER = "owner"
    EDITOR = "editor"
    VIEWER = "viewer"


class Ability(models.TextChoices):
    """What a person wants to do with a project; `access` decides whether the role allows it."""

    VIEW = "view"
    EDIT = "edit"
    OWN = "own"
    # Also while the project is archived: look at its settings, take rights away, restore, transfer, delete.
    KEEP = "keep"


class AuthorKind(models.TextChoices):
    USER = "user"
    AGENT = "agent"
    SYSTEM = "system"


class ChangeSetState(models.TextChoices):
    OPEN = "open"
    APPLIED = "applied"
    REJECTED = "rejected"
    SUPERSEDED = "superseded"


class Decision(models.TextChoices):
    UNDECIDED = "undecided"
    APPROVED = "approved"
    REJECTED = "rejected"
