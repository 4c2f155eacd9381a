"""Names of things done later."""

from celery import shared_task

from sandboxes.runtime import (
    asked,
    duties,
    lifecycle,
    listening,
    reaper,
    registry,
    resting,
    stacks,
    sync,
    waking,
)

# A broker may deliver again what a killed worker had taken, hours later: then nobody means it any more.
_LASTING = 300


@shared_task(queue="sandbox", expires=_LASTING)
def start(sandbox_id: str) -> None:
    waking.wake(sandbox_id)


@shared_task(queue="sandbox", expires=_LASTING)
def stop(sandbox_id: str) -> None:
    lifecycle.stop(sandbox_id)


@shared_task(queue="sandbox", expires=_LASTING)
def restart(sandbox_id: str) -> None:
    waking.restart(sandbox_id)


@shared_task(queue="sandbox", expires=_LASTING)
def suspend(sandbox_id: str) -> None:
    lifecycle.suspend(sandbox_id)


@shared_task(queue="sandbox", expires=_LASTING)
def remove(sandbox_id: str) -> None:
    lifecycle.remove(sandbox_id)


@shared_task(queue="commands", expires=_LASTING)
def carry_out(command_id: str) -> None:
    asked.carry_out(command_id)


@shared_task(queue="sandbox", expires=_LASTING)
def sync_tree(sandbox_id: str) -> None:
    sync.refresh(sandbox_id)


@shared_task(queue="sandbox", expires=_LASTING)
def keep_words(sandbox_id: str) -> None:
    resting.keep_words(sandbox_id)


@shared_task(queue="sandbox", expires=_LASTING)
def listen(sandbox_id: str) -> None:
    listening.listen(sandbox_id)


@shared_task(queue="commands", expires=_LASTING)
def ask_registry(sandbox_id: str) -> None:
    registry.ask(sandbox_id)


@shared_task(queue="sandbox")
def prepare_templates() -> None:
    stacks.prepare_all()


@shared_task(queue="housekeeping")
def reap() -> None:
    duties.once("reap sandboxes", reaper.reap, every=30)
