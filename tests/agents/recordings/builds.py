"""Builds a recording's tree through the real parser, as the engine would."""

from agents.parsing import edits, events, stream
from agents.recordings.recording import FollowUp, Recording


def parsed(text: str) -> list[events.Event]:
    parser = stream.Parser()
    return [*parser.feed(text), *parser.close()]


def steps(recording: Recording) -> list[str]:
    """The text of each implement step, in order."""
    found: list[str] = []
    while (text := recording.stream(f"implement-{len(found) + 1}")) is not None:
        found.append(text)
    return found


def files(text: str) -> dict[str, str]:
    return {event.path: event.text for event in parsed(text) if isinstance(event, events.FileClosed)}


def tree(recording: Recording) -> dict[str, str]:
    return {path: text for step in steps(recording) for path, text in files(step).items()}


def changed(before: dict[str, str], recording: Recording, followup: FollowUp) -> dict[str, str]:
    """The tree after a follow-up; each SEARCH must stand in it exactly once."""
    after = dict(before)
    for event in parsed(recording.stream("edit", text=followup.says) or ""):
        if isinstance(event, events.FileClosed):
            assert event.path not in before, event.path
            after[event.path] = event.text
        elif isinstance(event, events.EditClosed):
            after[event.path] = _edited(after[event.path], event)
        else:
            assert isinstance(event, events.Prose | events.FileOpened | events.FileChunk), event
    return after


def _edited(text: str, edit: events.EditClosed) -> str:
    for block in edit.blocks:
        assert text.count(block.search) == 1, (edit.path, block.search)
        result = edits.apply(text, (block,))
        assert [applied.strategy for applied in result.applied] == ["exact"]
        assert result.text == text.replace(block.search, block.replace)
        text = result.text
    return text
