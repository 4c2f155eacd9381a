"""What a file offers to others and what it uses of them, read from its text. Pure, linear, and never raises.

A reader for showing, not a compiler: what it does not understand it leaves out.
"""

from agents.symbols.listed import is_list, packages
from agents.symbols.reading import MOST_EXPORTS, MOST_READ, MOST_SIGNATURE, Outline, read, suffix
from agents.symbols.resolving import resolve

__all__ = ["MOST_EXPORTS", "MOST_READ", "MOST_SIGNATURE", "Outline", "is_list", "packages", "read", "resolve", "suffix"]
