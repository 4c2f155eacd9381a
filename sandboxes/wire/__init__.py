"""The wire into a box: attach to it, then files, commands, ports and downloads over one stream."""

from sandboxes.wire import connections, egress, loop
from sandboxes.wire.attaching import attach
from sandboxes.wire.client import Wire
from sandboxes.wire.egress import EgressPolicy, Passage
from sandboxes.wire.terminals import Terminal
from sandboxes.wire.values import Broken, Ended, ExecResult, FileWrite, LogChunk, Refused, Service, Size, Tree

__all__ = [
    "Broken",
    "EgressPolicy",
    "Ended",
    "ExecResult",
    "FileWrite",
    "LogChunk",
    "Passage",
    "Refused",
    "Service",
    "Size",
    "Terminal",
    "Tree",
    "Wire",
    "attach",
    "connections",
    "egress",
    "loop",
]
