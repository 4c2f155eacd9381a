"""The tagged form alone: `<file>`, `<edit>`, `<package>`. Here-documents, comments and commands are prose."""

from agents.parsing import elements, stream
from agents.parsing.openings import Opening


class Parser(stream.Parser):
    def _opening_in(self, line: str) -> Opening | None:
        return elements.read(line)

    def _comment_in(self, line: str) -> None:
        return None

    def _commands_in(self, line: str) -> tuple[()]:
        return ()
