"""How many work at once: few that compute, many that wait, and nobody for ever."""

import asyncio
import threading
from collections.abc import Callable

from config.admission import Admission, Place

PATIENCE = 10.0


async def until(is_so: Callable[[], bool]) -> None:
    async with asyncio.timeout(PATIENCE):
        while not is_so():
            await asyncio.sleep(0.001)


def arrive(door: Admission, number: int) -> list["asyncio.Task[Place]"]:
    return [asyncio.create_task(door.enter()) for _ in range(number)]


def inside(tasks: list["asyncio.Task[Place]"]) -> list[bool]:
    return [task.done() for task in tasks]


async def test_a_few_come_in_at_once_and_the_next_when_one_leaves() -> None:
    door = Admission(few=2, many=2)
    tasks = arrive(door, 4)
    await asyncio.sleep(0)
    assert inside(tasks) == [True, True, False, False]
    door.leave(tasks[0].result())
    await until(lambda: inside(tasks) == [True, True, True, False])
    for task in tasks[1:]:
        door.leave(await task)
    assert door.inside == set()


async def test_nobody_overtakes_who_waits() -> None:
    door = Admission(few=1, many=1)
    waits = arrive(door, 2)
    await asyncio.sleep(0)
    later = arrive(door, 1)
    await asyncio.sleep(0)
    door.leave(waits[0].result())
    await until(lambda: inside(waits) == [True, True])
    assert inside(later) == [False]
    door.leave(waits[1].result())
    await asyncio.gather(*later)


async def test_who_goes_away_while_waiting_takes_no_place() -> None:
    door = Admission(few=1, many=1)
    first, gone, third = arrive(door, 3)
    await asyncio.sleep(0)
    gone.cancel()
    await asyncio.gather(gone, return_exceptions=True)
    door.leave(first.result())
    assert door.inside == {await third}


async def test_who_is_called_and_goes_away_in_the_same_moment_gives_the_place_on() -> None:
    door = Admission(few=1, many=1)
    first, gone, third = arrive(door, 3)
    await asyncio.sleep(0)
    door.leave(first.result())
    gone.cancel()
    await asyncio.gather(gone, return_exceptions=True)
    assert door.inside == {await asyncio.wait_for(third, PATIENCE)}


async def test_more_come_in_while_the_processor_has_nothing_to_do_and_never_too_many() -> None:
    door = Admission(few=2, many=6)
    tasks = arrive(door, 10)
    await until(lambda: sum(inside(tasks)) == 6)
    for _ in range(5):
        await asyncio.sleep(0.02)
    assert (sum(inside(tasks)), door.limit) == (6, 6)
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


async def test_a_busy_processor_brings_the_limit_back() -> None:
    door = Admission(few=2, many=6)
    for _ in range(9):
        door.adjust(is_busy=False)
    assert door.limit == 6
    for _ in range(9):
        door.adjust(is_busy=True)
    assert door.limit == 2


async def test_those_inside_may_be_stuck_although_the_processor_is_busy() -> None:
    """Who has been there for long is not counted, whatever computes meanwhile; but all have a limit."""
    door = Admission(few=1, many=2)
    is_over = threading.Event()

    def burn() -> None:
        while not is_over.is_set():
            sum(range(1000))

    burner = threading.Thread(target=burn)
    burner.start()
    try:
        tasks = arrive(door, 3)
        await until(lambda: inside(tasks)[:2] == [True, True])
        for _ in range(20):  # looks, each of which must find the same
            await asyncio.sleep(0.01)
            assert inside(tasks) == [True, True, False]
        door.leave(tasks[0].result())
        await tasks[2]
    finally:
        is_over.set()
        burner.join()
