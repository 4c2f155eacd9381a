"""The names of things done later do them, and travel to the queues that are meant for them."""

import uuid

import pytest
from django.conf import settings

from config.celery import app
from projects.services import files
from sandboxes import tasks
from sandboxes.backends import prepared
from sandboxes.enums import SandboxState
from sandboxes.runtime import stacks
from sandboxes.stacks import BY_NAME
from tests.sandboxes import apps
from tests.sandboxes.conftest import MakeApp
from tests.sandboxes.runtime.test_lifecycle import kill_box

TASKS = (
    tasks.start,
    tasks.stop,
    tasks.restart,
    tasks.suspend,
    tasks.remove,
    tasks.carry_out,
    tasks.ask_registry,
    tasks.keep_words,
    tasks.sync_tree,
)


@pytest.mark.box
def test_a_box_is_started_kept_in_step_looked_after_and_stopped(make_app: MakeApp) -> None:
    sandbox = make_app(apps.FLASK)
    tasks.start(str(sandbox.pk))
    sandbox.refresh_from_db()
    assert sandbox.state == SandboxState.READY

    apps_hash = sandbox.tree_hash
    files.save(sandbox.branch, "notes.txt", b"new", by=sandbox.project.owner)
    tasks.sync_tree(str(sandbox.pk))
    sandbox.refresh_from_db()
    assert sandbox.tree_hash == files.tree_hash(files.manifest(sandbox.branch)) != apps_hash

    kill_box(sandbox)
    tasks.reap()
    sandbox.refresh_from_db()
    assert sandbox.state == SandboxState.SLEEPING

    tasks.start(str(sandbox.pk))
    tasks.suspend(str(sandbox.pk))
    sandbox.refresh_from_db()
    assert sandbox.state == SandboxState.PAUSED

    tasks.restart(str(sandbox.pk))
    sandbox.refresh_from_db()
    assert (sandbox.state, sandbox.port) == (SandboxState.READY, 5000)

    tasks.stop(str(sandbox.pk))
    sandbox.refresh_from_db()
    assert (sandbox.state, sandbox.handle) == (SandboxState.STOPPED, {})


@pytest.mark.django_db
@pytest.mark.parametrize("task", TASKS)
def test_a_sandbox_that_is_gone_is_nobodys_work(task) -> None:
    task(str(uuid.uuid4()))


@pytest.mark.box
@pytest.mark.node
def test_what_the_stacks_need_is_prepared() -> None:
    tasks.prepare_templates()
    for name in stacks.available():
        if BY_NAME[name].needs_box:
            assert prepared.place(settings.DJINN_HOME, BY_NAME[name].template).is_dir()


@pytest.mark.parametrize(
    ("task", "queue"),
    [
        (tasks.start, "sandbox"),
        (tasks.stop, "sandbox"),
        (tasks.restart, "sandbox"),
        (tasks.suspend, "sandbox"),
        (tasks.remove, "sandbox"),
        (tasks.keep_words, "sandbox"),
        (tasks.carry_out, "commands"),
        (tasks.ask_registry, "commands"),
        (tasks.listen, "sandbox"),
        (tasks.sync_tree, "sandbox"),
        (tasks.prepare_templates, "sandbox"),
        (tasks.reap, "housekeeping"),
    ],
)
def test_each_goes_to_its_queue(task, queue: str) -> None:
    assert app.amqp.router.route({}, task.name)["queue"].name == queue
