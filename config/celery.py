"""The Celery application: it wakes workers. What there is to do stands in the database, not here."""

import os
from typing import Any

from celery import Celery
from kombu import Queue
from kombu.transport import TRANSPORT_ALIASES

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

TRANSPORT_ALIASES["folder"] = "config.broker:Transport"

GENERATE, SANDBOX, HOUSEKEEPING = "generate", "sandbox", "housekeeping"


def build(name: str, **options: Any) -> Celery:
    """An application with our settings. A worker needs one per pool: a Celery app has one list of queues."""
    made = Celery(name, **options)
    made.config_from_object("django.conf:settings", namespace="CELERY")
    made.conf.update(
        task_acks_late=True,
        task_reject_on_worker_lost=True,
        worker_prefetch_multiplier=1,
        task_ignore_result=True,
        result_backend=None,
        broker_connection_retry_on_startup=True,
        worker_hijack_root_logger=False,
        worker_send_task_events=False,
        worker_enable_remote_control=False,
        task_queues=[Queue(GENERATE), Queue(SANDBOX), Queue(HOUSEKEEPING)],
        task_default_queue=HOUSEKEEPING,
        # First match wins: the reapers must never wait behind the work they watch.
        task_routes={
            "agents.tasks.execute_job": {"queue": GENERATE},
            "*.tasks.reap*": {"queue": HOUSEKEEPING},
            "sandboxes.tasks.*": {"queue": SANDBOX},
        },
        beat_schedule={
            "reap jobs": {"task": "agents.tasks.reap_jobs", "schedule": 5.0, "options": {"expires": 5}},
            "reap sandboxes": {"task": "sandboxes.tasks.reap", "schedule": 30.0, "options": {"expires": 30}},
        },
    )
    made.autodiscover_tasks()
    return made


app = build("djinn")
