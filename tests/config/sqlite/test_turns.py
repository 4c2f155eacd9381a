"""Who comes first goes first, and nobody who left is called."""

import threading

import pytest
from django.conf import settings
from django.db import OperationalError, connection, transaction

from config.sqlite.turns import Turns
from tests.threads import begin, together


def test_they_go_in_the_order_in_which_they_came() -> None:
    turns, order = Turns(), list[int]()
    assert turns.take(1)
    waiting = []

    def wait(number: int) -> None:
        assert turns.take(30)
        order.append(number)
        turns.give_back()

    for number in range(10):
        waiting.append(begin(wait, number))
        while len(turns._waiting) <= number:
            pass
    turns.give_back()
    for thread in waiting:
        thread.join(30)
    assert order == list(range(10))
    assert turns.take(0)


def test_who_waits_too_long_leaves_and_the_next_is_called() -> None:
    turns = Turns()
    assert turns.take(1)
    assert not turns.take(0.01)
    done = threading.Event()
    begin(lambda: done.set() if turns.take(30) else None)
    while not turns._waiting:
        pass
    turns.give_back()
    assert done.wait(30)
    assert not turns.take(0.01)


def test_one_at_a_time_whoever_gives_up_meanwhile() -> None:
    turns, inside, most = Turns(), [0], [0]

    def work(number: int) -> None:
        for turn in range(200):
            if turns.take(0.0005 * ((number + turn) % 3)):
                inside[0] += 1
                most[0] = max(most[0], inside[0])
                inside[0] -= 1
                turns.give_back()

    together(*(lambda number=number: work(number) for number in range(6)))
    assert most == [1]
    assert turns.take(0)


@pytest.mark.django_db(transaction=True)
class TestTransactions:
    """On PostgreSQL there is nothing of this; there it is simply true."""

    def test_an_ended_transaction_has_given_its_turn_back(self) -> None:
        for failing in (False, True, False):
            try:
                with transaction.atomic(), transaction.atomic():
                    assert connection.in_atomic_block
                    if failing:
                        raise OperationalError("as if")
            except OperationalError:
                continue
        together(*[_write] * 4)

    def test_a_connection_closed_in_the_middle_has_given_it_back(self) -> None:
        def leave() -> None:
            with transaction.atomic():
                connection.close()

        together(leave)
        together(_write, _write)


def _write() -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT 1")


def test_one_machine_uses_it() -> None:
    assert settings.DATABASES["default"]["ENGINE"] in {"config.sqlite", "django.db.backends.postgresql"}
