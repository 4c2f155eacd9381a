"""The Celery application: it wakes workers. What there is to do stands in the database, not here."""

import os
from typing import Any

import structlog
from celery import Celery
from celery.app.amqp import AMQP
from celery.contrib.django.task import DjangoTask
from kombu import Connection, Queue
from kombu.exceptions import OperationalError
from kombu.transport import TRANSPORT_ALIASES

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

TRANSPORT_ALIASES["folder"] = "config.broker:Transport"
TRANSPORT_ALIASES["redis"] = TRANSPORT_ALIASES["rediss"] = "config.redis_broker:Transport"

MOST_SECONDS = 5.0
BRIEF = {"max_retries", "socket_timeout"}  # what of the broker's options makes whoever asks give up soon

log = structlog.get_logger(__name__)

GENERATE, SANDBOX, COMMANDS, HOUSEKEEPING = "generate", "sandbox", "commands", "housekeeping"


class Hint(DjangoTask):
    """What is asked by a message is written in a row, and the clock asks again: a broker that is gone costs seconds.

    So nobody who asks is told, and nobody waits: neither a page whose row is committed nor a worker.
    """

    abstract = True

    def apply_async(self, *arguments: Any, **options: Any) -> Any:
        try:
            with app.producer_pool.acquire(block=True, timeout=MOST_SECONDS) as producer:
                return super().apply_async(*arguments, **{"producer": producer, **options})
        except (OperationalError, OSError) as lost:
            log.warning("The broker takes no message; the clock asks again.", task=self.name, reason=str(lost))
            return None


class Patient(Connection):
    """Looks for a broker that is gone every two seconds; Celery's own pauses grow to half a minute."""

    def ensure_connection(self, *arguments: Any, **options: Any) -> Any:
        return super().ensure_connection(*arguments, **{"interval_max": 2, **options})


class Wires(AMQP):
    Connection = Patient


def build(name: str, **options: Any) -> Celery:
    """An application with our settings. A worker needs one per pool: a Celery app has one list of queues."""
    made = Celery(name, task_cls=Hint, amqp=Wires, **options)
    made.config_from_object("django.conf:settings", namespace="CELERY")
    made.conf.update(
        task_acks_late=True,
        task_reject_on_worker_lost=True,
        worker_prefetch_multiplier=1,
        task_ignore_result=True,
        result_backend=None,
        broker_connection_retry_on_startup=True,
        broker_connection_max_retries=None,
        worker_hijack_root_logger=False,
        worker_send_task_events=False,
        worker_enable_remote_control=False,
        task_queues=[Queue(GENERATE), Queue(SANDBOX), Queue(COMMANDS), Queue(HOUSEKEEPING)],
        task_default_queue=HOUSEKEEPING,
        # First match wins: the reapers must never wait behind the work they watch, nor wakes behind what was asked for.
        task_routes={
            "agents.tasks.execute_job": {"queue": GENERATE},
            "*.tasks.reap*": {"queue": HOUSEKEEPING},
            "sandboxes.tasks.carry_out": {"queue": COMMANDS},
            "sandboxes.tasks.ask_registry": {"queue": COMMANDS},
            "sandboxes.tasks.*": {"queue": SANDBOX},
        },
        beat_schedule={
            "reap jobs": {"task": "agents.tasks.reap_jobs", "schedule": 5.0, "options": {"expires": 5}},
            "reap sandboxes": {"task": "sandboxes.tasks.reap", "schedule": 30.0, "options": {"expires": 30}},
        },
    )
    made.autodiscover_tasks()
    return made


def serving(name: str) -> Celery:
    """For a worker: it waits for its broker as long as it takes. (Who asks does not; see the settings.)"""
    made = build(name, set_as_current=False)
    kept = made.conf.broker_transport_options
    made.conf.broker_transport_options = {option: kept[option] for option in kept if option not in BRIEF}
    return made


app = build("djinn")
