"""The shells of this process, by their names. A page that comes back finds its own; other processes know none."""

from projects.models import User
from sandboxes.errors import NotPossible
from sandboxes.models import Sandbox
from sandboxes.terminals import records
from sandboxes.terminals.shells import Shell
from sandboxes.wire import Size

_open: dict[str, Shell] = {}


def find(name: str, sandbox: Sandbox, *, by: User) -> Shell | None:
    """One that goes on, in this box, and is theirs."""
    shell = _open.get(name)
    if shell is None or shell.has_ended or (shell.sandbox.pk, shell.by.pk) != (sandbox.pk, by.pk):
        return None
    return shell


def begin(sandbox: Sandbox, *, size: Size, by: User) -> Shell:
    for ended in [name for name, shell in _open.items() if shell.has_ended]:
        del _open[ended]
    # Also of those that wait for their box, and have no row yet.
    if sum(shell.sandbox.pk == sandbox.pk for shell in _open.values()) >= records.MOST_IN_A_BOX:
        raise NotPossible(records.ENOUGH_IN_A_BOX)
    if sum(shell.by.pk == by.pk for shell in _open.values()) >= records.MOST_OF_A_PERSON:
        raise NotPossible(records.ENOUGH_OF_A_PERSON)
    shell = Shell(sandbox, size=size, by=by)
    _open[shell.name] = shell
    shell.start()
    return shell
