"""Calls of the kernel that no app needs and that many ways out begin with: refused in every box.

Once as a program for bubblewrap, once as a profile for engines whose own filter is older than some of these calls.
"""

import json
import struct
from collections.abc import Iterator
from typing import Any

MACHINES = ("x86_64", "aarch64")
# On either of them; where it has none, the call is not there.
REFUSED: dict[str, tuple[int | None, int | None]] = {
    "acct": (163, 89),
    "add_key": (248, 217),
    "bpf": (321, 280),
    "clock_adjtime": (305, 266),
    "clock_settime": (227, 112),
    "delete_module": (176, 106),
    "finit_module": (313, 273),
    "fsconfig": (431, 431),
    "fsmount": (432, 432),
    "fsopen": (430, 430),
    "fspick": (433, 433),
    "get_mempolicy": (239, 236),
    "init_module": (175, 105),
    "io_uring_enter": (426, 426),
    "io_uring_register": (427, 427),
    "io_uring_setup": (425, 425),
    "ioperm": (173, None),
    "iopl": (172, None),
    "kcmp": (312, 272),
    "kexec_file_load": (320, 294),
    "kexec_load": (246, 104),
    "keyctl": (250, 219),
    "lookup_dcookie": (212, 18),
    "mbind": (237, 235),
    "migrate_pages": (256, 238),
    "mount": (165, 40),
    "mount_setattr": (442, 442),
    "move_mount": (429, 429),
    "move_pages": (279, 239),
    "open_by_handle_at": (304, 265),
    "open_tree": (428, 428),
    "perf_event_open": (298, 241),
    "pidfd_getfd": (438, 438),
    "pivot_root": (155, 41),
    "quotactl": (179, 60),
    "quotactl_fd": (443, 443),
    "reboot": (169, 142),
    "request_key": (249, 218),
    "set_mempolicy": (238, 237),
    "setdomainname": (171, 162),
    "sethostname": (170, 161),
    "setns": (308, 268),
    "settimeofday": (164, 170),
    "swapoff": (168, 225),
    "swapon": (167, 224),
    "sysfs": (139, None),
    "syslog": (103, 116),
    "umount2": (166, 39),
    "unshare": (272, 97),
    "uselib": (134, None),
    "userfaultfd": (323, 282),
    "ustat": (136, None),
    "vhangup": (153, 58),
}
# Of sockets: ways to the host of a virtual machine, into the kernel's ciphers, to every packet.
FAMILIES = {"AF_KEY": 15, "AF_PACKET": 17, "AF_ALG": 38, "AF_VSOCK": 40}
NAMESPACES = (0x20000, 0x2000000, 0x4000000, 0x8000000, 0x10000000, 0x20000000, 0x40000000)
SOCKET, CLONE, CLONE_3 = (41, 198), (56, 220), (435, 435)
# Whoever makes threads by the newer call takes the older one, whose flags can be looked at.
NOT_PERMITTED, NOT_THERE = 1, 38

_X86, _ARM, _X86_OF_32, _ARM_OF_32 = 0xC000003E, 0xC00000B7, 0x40000003, 0x40000028
_X32 = 0x40000000
_LOAD, _EQUAL, _AT_LEAST, _ANY_BIT, _RETURN = 0x20, 0x15, 0x35, 0x45, 0x06
_NUMBER, _MACHINE, _FIRST_WORD = 0, 4, 16
_LET, _REFUSE = 0x7FFF0000, 0x00050000


def program() -> bytes:
    """For bubblewrap's --seccomp. Calls of 32 bits, which have other numbers, are refused altogether."""
    blocks = [(_X86, [*_where(_AT_LEAST, _X32, NOT_PERMITTED), *_block(0)]), (_ARM, _block(1))]
    steps = [_step(_LOAD, _MACHINE)]
    for machine, block in blocks:
        steps += [_step(_EQUAL, machine, otherwise=len(block) + 1), _step(_LOAD, _NUMBER), *block]
    for machine in (_X86_OF_32, _ARM_OF_32):
        steps += _where(_EQUAL, machine, NOT_PERMITTED)
    return b"".join([*steps, _step(_RETURN, _LET)])


def _block(of: int) -> list[bytes]:
    numbers = [call[of] for call in REFUSED.values()]
    steps = [step for number in numbers if number is not None for step in _where(_EQUAL, number, NOT_PERMITTED)]
    families = [step for family in FAMILIES.values() for step in _where(_EQUAL, family, NOT_PERMITTED)]
    steps += _where(_EQUAL, CLONE_3[of], NOT_THERE)
    steps += _looked_at(SOCKET[of], families)
    steps += _looked_at(CLONE[of], _where(_ANY_BIT, sum(NAMESPACES), NOT_PERMITTED))
    return [*steps, _step(_RETURN, _LET)]


def _looked_at(number: int, steps: list[bytes]) -> list[bytes]:
    """By its first word. What is not refused then is let."""
    inner = [_step(_LOAD, _FIRST_WORD), *steps, _step(_RETURN, _LET)]
    return [_step(_EQUAL, number, otherwise=len(inner)), *inner]


def _where(test: int, value: int, refusal: int) -> list[bytes]:
    return [_step(test, value, otherwise=1), _step(_RETURN, _REFUSE | refusal)]


def _step(code: int, value: int, *, otherwise: int = 0) -> bytes:
    return struct.pack("=HBBI", code, 0, otherwise, value)


def profile() -> str:
    """For an engine's security option `seccomp`."""
    return json.dumps({"defaultAction": "SCMP_ACT_ALLOW", "archMap": _MACHINES, "syscalls": list(_rules())})


_MACHINES = [
    {"architecture": "SCMP_ARCH_X86_64", "subArchitectures": ["SCMP_ARCH_X86", "SCMP_ARCH_X32"]},
    {"architecture": "SCMP_ARCH_AARCH64", "subArchitectures": ["SCMP_ARCH_ARM"]},
]


def _rules() -> Iterator[dict[str, Any]]:
    refused = {"action": "SCMP_ACT_ERRNO", "errnoRet": NOT_PERMITTED}
    yield {"names": list(REFUSED), **refused}
    yield {"names": ["clone3"], "action": "SCMP_ACT_ERRNO", "errnoRet": NOT_THERE}
    for family in FAMILIES.values():
        yield {"names": ["socket"], "args": [{"index": 0, "value": family, "op": "SCMP_CMP_EQ"}], **refused}
    for flag in NAMESPACES:
        asked = {"index": 0, "value": flag, "valueTwo": flag, "op": "SCMP_CMP_MASKED_EQ"}
        yield {"names": ["clone"], "args": [asked], **refused}
