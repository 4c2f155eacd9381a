"""The wire into a box: attach to it, then files, commands, ports and downloads over one stream."""

from sandboxes.wire import connections, egress, loop
from sandboxes.wire.attaching import attach
from sandboxes.wire.client import Wire
from sandboxes.wire.egress import EgressPolicy
from sandboxes.wire.values import Broken, ExecResult, FileWrite, LogChunk, Refused, Service, Tree

__all__ = [
    "Broken",
    "EgressPolicy",
    "ExecResult",
    "FileWrite",
    "LogChunk",
    "Refused",
    "Service",
    "Tree",
    "Wire",
    "attach",
    "connections",
    "egress",
    "loop",
]
