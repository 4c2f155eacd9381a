"""The words of a push: which refs are there, what is asked for, and how each part of it went. Pure."""

import re
from collections.abc import Mapping, Sequence
from typing import IO, NamedTuple

from projects.git import packets
from projects.git.objects import NOTHING, Malformed

CAPABILITIES = "report-status side-band-64k delete-refs ofs-delta object-format=sha1 agent=djinn"
MOST_COMMANDS = 200
MOST_REASON = 300

_COMMAND = re.compile(rb"([0-9a-f]{40}) ([0-9a-f]{40}) (\S[^\0\n]{0,1000})\Z")


class Command(NamedTuple):
    """What one ref was, for the pusher, and what it is to be."""

    old: str
    new: str
    ref: str


class Wish(NamedTuple):
    """All that one push asks for, and whether the answer may come in bands."""

    commands: list[Command]
    has_bands: bool


def advertise(heads: Mapping[str, str]) -> bytes:
    """The first answer: what service this is, then every branch."""
    refs = [f"{oid} refs/heads/{name}" for name, oid in sorted(heads.items(), key=lambda head: head[0].encode())]
    first, *rest = refs or [f"{NOTHING} capabilities^{{}}"]
    lines = [packets.line(f"{first}\0{CAPABILITIES}\n"), *(packets.line(f"{ref}\n") for ref in rest)]
    return introduction("git-receive-pack") + packets.together(lines)


def introduction(service: str) -> bytes:
    return packets.together([packets.line(f"# service={service}\n")])


def read(stream: IO[bytes]) -> Wish:
    """Up to where the pack begins."""
    commands: list[Command] = []
    offered: set[bytes] = set()
    for data in packets.read(stream):
        text, _, capabilities = data.rstrip(b"\n").partition(b"\0")
        offered |= set(capabilities.split())
        if text.startswith(b"shallow "):
            continue  # where the pusher's history is cut off; ours is whole
        found = _COMMAND.match(text)
        if found is None:
            raise Malformed("What was asked for is not a push that can be taken; signed pushes cannot.")
        if len(commands) >= MOST_COMMANDS:
            raise Malformed(f"At most {MOST_COMMANDS} refs are pushed at once.")
        old, new, ref = (part.decode(errors="replace") for part in found.groups())
        commands.append(Command(old, new, ref))
    return Wish(commands, b"side-band-64k" in offered)


def report(wish: Wish, refused: Mapping[str, str], *, trouble: str = "", words: Sequence[str] = ()) -> bytes:
    """How each ref fared. `words` are shown to whoever pushed."""
    lines = [packets.line(f"unpack {_plain(trouble) or 'ok'}\n")]
    lines += [packets.line(_fate(command.ref, refused)) for command in wish.commands]
    status = packets.together(lines)
    if not wish.has_bands:
        return status
    said = "".join(f"{line}\n" for line in words).encode()
    return packets.together([*packets.band(packets.WORDS, said), *packets.band(packets.REPORT, status)])


def _fate(ref: str, refused: Mapping[str, str]) -> str:
    return f"ng {ref} {_plain(refused[ref])}\n" if ref in refused else f"ok {ref}\n"


def _plain(text: str) -> str:
    """On one line: whoever reads it does so by lines."""
    return " ".join(text.split())[:MOST_REASON]
