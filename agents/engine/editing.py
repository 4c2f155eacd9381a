"""What a reply changes in one file, made together: a file that could be read before can be read afterwards."""

from collections.abc import Iterable

from agents.engine.writer import AnySink, Writer
from agents.parsing import edits, nearest, syntax
from agents.parsing.events import EditClosed, PatchClosed
from agents.parsing.fitting import Failure
from projects.services import files

Change = EditClosed | PatchClosed


def apply(writer: Writer[AnySink], path: str, changes: Iterable[Change]) -> list[str]:
    """In their order; gives back what to tell the model about those that were not made."""
    before = writer.read(path)
    if fault := writer.refusal(path):
        return [fault]
    if before is None:
        return [f"{path}: NO_MATCH. There is no such file; send it whole if it is new."]
    text = files.text_of(before)
    if text is None:
        return [f"{path}: BAD_PATH. This file is not text and cannot be edited."]
    after = text
    misfits: list[tuple[Failure, int]] = []
    for change in changes:
        result = _fitted(after, change)
        after = result.text
        misfits += [(failure, len(result.applied)) for failure in result.failures]
    if broken := syntax.broken(path, text, after):
        return [_broken(path, after, broken), *(_told(path, failure, 0) for failure, _ in misfits)]
    if after != text:
        writer.replace(path, after.encode())
    return [_told(path, failure, applied) for failure, applied in misfits]


def _fitted(text: str, change: Change) -> edits.Result:
    if isinstance(change, EditClosed):
        return edits.apply(text, change.blocks)
    return edits.apply_unified(text, change.diff)


def _told(path: str, failure: Failure, applied: int) -> str:
    done = f" The other {applied} are applied; do not send them again." if applied else ""
    return f"{path}, block {failure.index + 1}: {failure.code}.{done}\n{failure.near}"


def _broken(path: str, text: str, fault: syntax.Fault) -> str:
    """With the lines as they would have been."""
    at = max(fault.line - 1, 0)
    where = f"In line {fault.line}: " if fault.line else ""
    near = nearest.around(tuple(text.splitlines()), at, at + 1)
    return (
        f"{path}: SYNTAX_AFTER_EDIT. {where}{fault.message}. It could be read before, and could not any more: none "
        f"of its edits is applied. Send all of them again, put right. It would have been:\n{near}"
    )
