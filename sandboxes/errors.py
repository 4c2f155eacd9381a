"""What can go wrong with a place to run."""

from projects.errors import Refusal


class NotPossible(Refusal):
    """What a sandbox cannot do as it is now."""


class SandboxLost(Exception):
    """The box went away or could not be had. Another try may find it well again."""


class NoBackend(SandboxLost):
    """This machine has nothing that can run a box."""

    def __init__(self, reasons: tuple[str, ...]) -> None:
        super().__init__(" ".join(["This machine cannot run a box for the app.", *reasons]))
        self.reasons = reasons


class TemplateFailed(SandboxLost):
    """The packages a stack begins with could not be fetched."""


class Stopped(Exception):
    """Somebody asked to stop while a command ran; it was killed."""
