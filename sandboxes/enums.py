"""The closed sets of words that sandboxes are described with."""

from django.db import models


class SandboxState(models.TextChoices):
    ABSENT = "absent"
    CREATING = "creating"
    READY = "ready"
    PAUSED = "paused"
    SLEEPING = "sleeping"
    WAKING = "waking"
    STOPPING = "stopping"
    STOPPED = "stopped"
    FAILED = "failed"


class CommandKind(models.TextChoices):
    INSTALL = "install"
    SERVE = "serve"
    CHECK = "check"
    TOOL = "tool"


class CommandState(models.TextChoices):
    QUEUED = "queued"
    RUNNING = "running"
    FINISHED = "finished"
