"""The shell-like form alone: here-documents, patches, comments and commands. Tags are prose."""

from agents.parsing import heredocs, stream
from agents.parsing.openings import Opening


class Parser(stream.Parser):
    def _parts(self, line: str) -> list[str]:
        return [line]

    def _opening_in(self, line: str) -> Opening | None:
        return heredocs.read(line)
