"""The closed sets of words that an agent's work is described with."""

from django.db import models


class Phase(models.TextChoices):
    """Where a job stands; the label is what people read on the stepper."""

    IDLE = "idle", "Idle"
    DESIGNING = "designing", "Design"
    IMPLEMENTING = "implementing", "Build"
    INSTALL = "install", "Install"
    START = "start", "Start"
    COMPLETE = "complete", "Ready"
    PAUSED = "paused", "Paused"
    FAILED = "failed", "Failed"
    CANCELLED = "cancelled", "Stopped"


class JobState(models.TextChoices):
    QUEUED = "queued"
    RUNNING = "running"
    PAUSED = "paused"
    COMPLETED = "completed"
    FAILED = "failed"
    CANCELLED = "cancelled"


class JobKind(models.TextChoices):
    """Plan: an answer in words, and nothing is changed."""

    GENERATE = "generate"
    PLAN = "plan"
    EDIT = "edit"
    REPAIR = "repair"
    REVIEW = "review"
    INSTALL = "install"
    START = "start"
    PUSH = "push"
    IMPORT = "import"
    EXPORT = "export"
    APPLY = "apply"


# Work without a model: no conversation, no plan, no box, and no phases between its beginning and its end.
CHORES = (JobKind.PUSH, JobKind.IMPORT, JobKind.EXPORT, JobKind.APPLY)
# Asked for by their name, of an app that is there.
NAMED = (JobKind.REPAIR, JobKind.REVIEW, JobKind.INSTALL, JobKind.START)
# Only tried: what fails is told, and mended when somebody asks for that.
TRIED = (JobKind.INSTALL, JobKind.START)


class Intent(models.TextChoices):
    """What a door asks of the worker that owns the job."""

    NONE = ""
    PAUSE = "pause"
    CANCEL = "cancel"


class WaitingFor(models.TextChoices):
    NOTHING = ""
    USER = "user"
    APPROVAL = "approval"
    BUDGET = "budget"
    ANSWER = "answer"


class Gate(models.TextChoices):
    """Whether workers take jobs: all of them, only those that somebody has begun, or none."""

    OPEN = "open"
    DRAINING = "draining"
    PAUSED = "paused"


class Author(models.TextChoices):
    """Who speaks in a session."""

    USER = "user"
    ASSISTANT = "assistant"


class StepState(models.TextChoices):
    """Failed: what was tried did not work, and that is recorded. Asked for again it is tried anew."""

    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"


class GenerationState(models.TextChoices):
    OPEN = "open"
    SETTLED = "settled"


class Purpose(models.TextChoices):
    """Why the stored replies of a job are read once more."""

    REPLAY = "replay"
    RECORD = "record", "Record as demo"


class Verdict(models.TextChoices):
    PENDING = "", "Not yet known"
    IDENTICAL = "identical"
    DIFFERENT = "different"
    IMPOSSIBLE = "impossible"


class Basis(models.TextChoices):
    """What an estimate rests on."""

    FREE = "free"
    PAST = "past", "Jobs like it"
    BOUND = "bound", "The most it can cost"
