"""Takes secrets out of what programs say, in each of the ways that programs write them. Pure.

A program that means to give a secret away can do so in ways that nobody foresees; this is for those that do not.
"""

from projects.masking.forms import LEAST
from projects.masking.masker import Masker, named
from projects.masking.ordinary import is_ordinary
from projects.masking.stream import Stream

__all__ = ["LEAST", "Masker", "Stream", "is_ordinary", "named"]
