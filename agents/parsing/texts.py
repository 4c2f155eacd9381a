"""A text as lines that can be matched and spliced without losing a byte of the rest."""

from dataclasses import dataclass, replace

BOM = "\ufeff"


@dataclass(frozen=True, slots=True)
class Text:
    """Lines with their endings; `lines[i]` is line i without its ending."""

    raw: tuple[str, ...]
    lines: tuple[str, ...]
    bom: str = ""

    @property
    def ending(self) -> str:
        """The line ending most lines have."""
        crlf = sum(line.endswith("\r\n") for line in self.raw)
        ended = sum(line.endswith("\n") for line in self.raw)
        return "\r\n" if crlf * 2 > ended else "\n"

    def joined(self) -> str:
        return self.bom + "".join(self.raw)

    def spliced(self, start: int, stop: int, lines: tuple[str, ...]) -> "Text":
        """Lines start to stop replaced; lines that stay the same keep their endings."""
        old, ending = dict(zip(self.lines[start:stop], self.raw[start:stop], strict=True)), self.ending
        raw = [old.get(line) or line + ending for line in lines]
        raw = [line if line.endswith("\n") else line + ending for line in raw]
        whole = [*self.raw[:start], *raw, *self.raw[stop:]]
        if self.raw and not self.raw[-1].endswith("\n") and whole and stop == len(self.raw):
            whole[-1] = without_ending(whole[-1])
        kept = [without_ending(line) for line in whole]
        return replace(self, raw=tuple(whole), lines=tuple(kept))


def read(text: str) -> Text:
    bom = BOM if text.startswith(BOM) else ""
    raw = split(text.removeprefix(BOM))
    return Text(raw, tuple(without_ending(line) for line in raw), bom)


def split(text: str) -> tuple[str, ...]:
    """Lines with their endings; only a line feed ends a line."""
    parts = text.split("\n")
    whole = [part + "\n" for part in parts[:-1]]
    return tuple([*whole, parts[-1]] if parts[-1] else whole)


def without_ending(line: str) -> str:
    return line.removesuffix("\n").removesuffix("\r") if line.endswith("\n") else line


def lines(text: str) -> tuple[str, ...]:
    """The lines of a search or replace text."""
    return tuple(without_ending(line) for line in split(text.removeprefix(BOM)))
