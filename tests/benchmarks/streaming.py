"""What the benchmark of the engine runs in a process of its own: jobs that listen to models, and what that costs."""

import asyncio
import json
import os
import resource
import threading
import time
from pathlib import Path
from typing import Any

from agents.engine import runner
from agents.llm import arguments, library
from agents.llm.base import Limits, Request, Turn
from agents.models import Job
from agents.services import jobs
from projects.models import User
from projects.services import projects


def alone(model: str) -> dict[str, float]:
    """litellm by itself: every chunk of one reply taken out of its stream, and nothing done with it."""
    litellm = library.load()
    request = Request(model=model, messages=(Turn("user", "Write."),))
    asyncio.run(_listen(litellm, request))  # what is loaded with the first call
    began = time.process_time()
    chunks = asyncio.run(_listen(litellm, request))
    return {"cpu": time.process_time() - began, "chunks": chunks}


async def _listen(litellm: Any, request: Request) -> int:
    reply = await litellm.acompletion(**arguments.of(request, Limits(), litellm))
    return sum([1 async for _ in reply])


def whole(models: list[str]) -> dict[str, Any]:
    """A job for each model, all at once, each in a thread as on a worker."""
    library.load()
    waiting = [_wish(model) for model in models]
    began, clock = time.process_time(), time.monotonic()
    threads = [threading.Thread(target=runner.execute, args=(job.pk,)) for job in waiting]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    states = Job.objects.filter(pk__in=[job.pk for job in waiting]).values_list("state", flat=True)
    return {
        "cpu": time.process_time() - began,
        "seconds": time.monotonic() - clock,
        "states": sorted(set(states)),
        "memory": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
        "cores": len(os.sched_getaffinity(0)),
    }


def _wish(model: str) -> Job:
    owner = User.objects.filter(is_superuser=True).first() or User.objects.create_superuser("bench@example.org")
    project = projects.create(name=f"By {model}", by=owner)
    return jobs.start(project=project, text="A shelf", by=owner, model=model)


def pin(core: int) -> None:
    """On one core from here on, with all its threads."""
    os.sched_setaffinity(0, {core})
    for thread in Path("/proc/self/task").iterdir():
        os.sched_setaffinity(int(thread.name), {core})


def tell(found: dict[str, Any]) -> None:
    print(json.dumps(found))
