"""Apps whose boxes are paused for a test, and workers that die in another process."""

import os
import signal
from collections.abc import Callable
from datetime import timedelta
from functools import partial

from django.db import connection
from django.db.models import Q
from django.utils import timezone

from sandboxes.enums import SandboxState
from sandboxes.models import Sandbox
from sandboxes.runtime import pausing, waking
from tests import threads
from tests.sandboxes.runtime.test_lifecycle import state_of_box


def shown(sandbox: Sandbox) -> Sandbox:
    waking.wake(str(sandbox.pk))
    return fresh(sandbox)


def fresh(sandbox: Sandbox) -> Sandbox:
    found = Sandbox.objects.select_related("project", "branch", "changeset").get(pk=sandbox.pk)
    assert found.state in {SandboxState.READY, SandboxState.PAUSED}, found.error
    return found


def paused(sandbox: Sandbox) -> Sandbox:
    assert pausing.pause(fresh(sandbox), unless=Q())
    assert (state_of_box(sandbox), fresh(sandbox).state) == ("paused", SandboxState.PAUSED)
    pausing._noted.clear()  # as in a process that has not used it
    return fresh(sandbox)


def woken_by_many(sandbox: Sandbox) -> list[str]:
    """Four who found it paused, at once; what each has found then."""
    held, found = [fresh(sandbox) for _ in range(4)], list[str]()

    def wake(mine: Sandbox) -> None:
        pausing.resume(mine)
        found.append(f"{mine.state} {mine.handle['id']}")

    threads.together(*(partial(wake, mine) for mine in held))
    return found


def unused_for(sandbox: Sandbox, pause: timedelta) -> None:
    long_ago = timezone.now() - pause - timedelta(seconds=1)
    Sandbox.objects.filter(pk=sandbox.pk).update(touched_at=long_ago, updated_at=long_ago)


def in_another_process(work: Callable[[], object]) -> int:
    """How it ended. The child leaves its parent's connection alone."""
    kept = connection.connection
    child = os.fork()
    if not child:
        connection.connection = None
        try:
            work()
        finally:
            os._exit(0)
    assert kept is connection.connection
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def die(*_: object, **__: object) -> None:
    os.kill(os.getpid(), signal.SIGKILL)
