"""A round is made by one at a time, whoever calls for it; and when that one dies, by another."""

import os
import subprocess
import sys
import threading
import time

import pytest
from django.conf import settings as real
from django.db import connection, connections
from django.db.models.functions import Now

from sandboxes.models import Duty, duties
from sandboxes.runtime.duties import once
from tests.installation import ROOT, wait_for

pytestmark = pytest.mark.django_db(transaction=True)

DIES_AT_WORK = """
import django, sys
django.setup()
from django.db import connections
connections["default"].settings_dict["NAME"] = sys.argv[1]
from sandboxes.runtime import duties

def work():
    print("at work", flush=True)
    sys.stdin.read()

duties.once("look", work, every=0)
"""


def in_threads(count: int, work) -> None:
    def one() -> None:
        try:
            work()
        finally:
            connection.close()

    threads = [threading.Thread(target=one) for _ in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)


def test_called_by_eight_at_once_it_is_made_once() -> None:
    together = threading.Barrier(8)
    made: list[bool] = []
    rounds: list[int] = []

    def call() -> None:
        together.wait(30)
        made.append(once("look", lambda: rounds.append(1), every=60))

    in_threads(8, call)
    assert rounds == [1]
    assert sorted(made) == [False] * 7 + [True]


def test_two_at_once_never_overlap_and_both_get_their_turn() -> None:
    inside: list[int] = []
    most: list[int] = []

    def work() -> None:
        inside.append(1)
        most.append(len(inside))
        time.sleep(0)
        inside.pop()

    def call() -> None:
        made = 0
        while made < 5:
            made += once("look", work, every=0)

    in_threads(4, call)
    assert most == [1] * 20


def test_it_is_not_made_again_too_soon_and_then_it_is() -> None:
    rounds: list[int] = []
    assert once("look", lambda: rounds.append(1), every=60)
    assert not once("look", lambda: rounds.append(1), every=60)
    assert once("another", lambda: rounds.append(2), every=60)
    Duty.objects.filter(name="look").update(taken_until=Now())
    assert once("look", lambda: rounds.append(3), every=60)
    assert rounds == [1, 2, 3]


def test_a_round_that_fails_leaves_the_duty_to_the_next() -> None:
    def fail() -> None:
        raise ValueError("broken")

    with pytest.raises(ValueError, match="broken"):
        once("look", fail, every=0)
    wait_for(lambda: once("look", lambda: None, every=0), seconds=5, what="the next round")


def test_a_long_round_is_kept_beyond_its_lease(settings) -> None:
    settings.LEASE_SECONDS = 3
    begun, over = threading.Event(), threading.Event()

    def work() -> None:
        begun.set()
        over.wait(30)

    thread = threading.Thread(target=in_threads, args=(1, lambda: once("look", work, every=0)))
    thread.start()
    assert begun.wait(30)
    until = Duty.objects.get(name="look").taken_until
    wait_for(lambda: Duty.objects.get(name="look").taken_until > until, seconds=10, what="the lease to be kept")
    assert duties.take("look", seconds=1) is None
    over.set()
    thread.join(30)
    wait_for(lambda: duties.take("look", seconds=1), seconds=5, what="it to be free")


def test_what_another_took_over_cannot_be_kept() -> None:
    token = duties.take("look", seconds=-1)
    assert token
    assert duties.take("look", seconds=60)
    assert not duties.keep("look", token, seconds=60)


def test_killed_at_work_another_takes_over_within_the_lease(settings) -> None:
    seconds = 3
    environment = {"DJINN_LEASE_SECONDS": str(seconds), "DJANGO_SETTINGS_MODULE": "config.settings"}
    environment["DJINN_HOME"] = str(real.DJINN_HOME)
    name = str(connections["default"].settings_dict["NAME"])
    process = subprocess.Popen(
        [sys.executable, "-c", DIES_AT_WORK, name],
        cwd=ROOT,
        env={**os.environ, **environment},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout
    assert process.stdout.readline() == "at work\n"
    assert not once("look", lambda: None, every=0)
    process.kill()
    process.communicate()
    began = time.monotonic()
    wait_for(lambda: once("look", lambda: None, every=0), seconds=seconds + 5, what="the duty to be free")
    assert time.monotonic() - began <= seconds + 1


def test_a_new_start_on_one_machine_frees_all() -> None:
    assert duties.take("look", seconds=60)
    duties.free_all()
    assert once("look", lambda: None, every=0)
