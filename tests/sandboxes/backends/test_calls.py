"""The filter as a program: what it says of a call is asked of it here; that a kernel obeys, in tests/attacks."""

import json
import struct

import pytest

from sandboxes.backends import calls

X86, ARM, X86_OF_32 = 0xC000003E, 0xC00000B7, 0x40000003
LET, NOT_PERMITTED, NOT_THERE = 0x7FFF0000, 0x50001, 0x50026


def answer(machine: int, number: int, first: int = 0) -> int:
    """As the kernel runs it, over the number, the machine and the first word of a call."""
    words = {0: number, 4: machine, 16: first}
    steps = list(struct.iter_unpack("=HBBI", calls.program()))
    at = held = 0
    while True:
        code, then, otherwise, value = steps[at]
        if code == 0x06:
            return int(value)
        if code == 0x20:
            held, at = words[value], at + 1
        else:
            is_so = {0x15: held == value, 0x35: held >= value, 0x45: bool(held & value)}[code]
            at += 1 + (then if is_so else otherwise)


@pytest.mark.parametrize(("machine", "of"), [(X86, 0), (ARM, 1)])
def test_what_is_listed_is_refused_and_nothing_else(machine: int, of: int) -> None:
    refused = {numbers[of] for numbers in calls.REFUSED.values()} - {None}
    looked_at = {calls.CLONE_3[of]}
    found = {number for number in range(500) if answer(machine, number) == NOT_PERMITTED}
    assert found == refused
    assert {number for number in range(500) if answer(machine, number) == NOT_THERE} == looked_at


@pytest.mark.parametrize(("machine", "of"), [(X86, 0), (ARM, 1)])
def test_sockets_and_new_processes_are_looked_at(machine: int, of: int) -> None:
    assert [answer(machine, calls.SOCKET[of], family) for family in (1, 2, 10, 16)] == [LET] * 4
    assert {answer(machine, calls.SOCKET[of], family) for family in calls.FAMILIES.values()} == {NOT_PERMITTED}
    assert answer(machine, calls.CLONE[of], 0x3D0F00) == LET  # a thread
    assert {answer(machine, calls.CLONE[of], flag) for flag in calls.NAMESPACES} == {NOT_PERMITTED}


def test_other_numbers_of_the_same_machine_are_refused_and_other_machines_are_let() -> None:
    assert answer(X86, 0x40000000 | 39) == NOT_PERMITTED
    assert answer(X86_OF_32, 20) == NOT_PERMITTED
    assert answer(0x80000015, calls.REFUSED["bpf"][0] or 0) == LET


def test_an_engines_profile_refuses_the_same() -> None:
    told = json.loads(calls.profile())
    assert told["defaultAction"] == "SCMP_ACT_ALLOW"
    names = [name for rule in told["syscalls"] for name in rule["names"]]
    assert set(names) == {*calls.REFUSED, "clone3", "socket", "clone"}
