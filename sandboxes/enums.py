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


class ConsoleLevel(models.TextChoices):
    ERROR = "error"
    WARN = "warn"
    INFO = "info"
    LOG = "log"
    DEBUG = "debug"


class ConsoleSource(models.TextChoices):
    """What a browser reports: lines of the console, what nobody caught, what was asked for and did not come."""

    CONSOLE = "console"
    ERROR = "error"
    REJECTION = "rejection"
    NETWORK = "network"
    RESOURCE = "resource"
    # Said by the bridge itself: so many lines were too many.
    BRIDGE = "bridge"

    @classmethod
    def reported(cls) -> frozenset[str]:
        return frozenset(cls.values) - {cls.BRIDGE}

    @classmethod
    def uncaught(cls) -> frozenset[str]:
        """What is a fault of the app, whoever looks."""
        return frozenset({cls.ERROR, cls.REJECTION})
