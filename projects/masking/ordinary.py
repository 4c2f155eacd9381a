"""Values that anybody would write: a word, a number, a name of a host, an address without a password.

Such a value is found in half of all files. It hides nothing, and taking it out would spoil what it is taken out of.
"""

import re
from itertools import pairwise

_MOST_PARTS = 4
_MOST_WORDS = 2
_LONGEST_WORD = 20
_BETWEEN = re.compile(r"[-_./:@,+=?&%#~]+")
_ADDRESS = re.compile(r"[a-z][a-z0-9+.-]*://(?![^/?#]*@)", re.IGNORECASE)
# A number in it, or what numbers its like: v1, s3, eu, utf8.
_SHORT = re.compile(r"[0-9]{1,5}|[a-z]{1,3}[0-9]?|[A-Z]{1,3}[0-9]?")
_NUMBER = re.compile(r"[-+]?[0-9]{1,9}(\.[0-9]{1,9})?|[0-9]{4}-[0-9]{2}-[0-9]{2}(T[0-9:.]{5,12}Z?)?")
_WORD = re.compile(r"([a-z]+|[A-Z][a-z]*|[A-Z]+)[0-9]{0,2}")

# Which letters follow which in words. Eight letters drawn at random are all in it once in eighty
# times, sixteen once in ten thousand.
_FOLLOWERS = {
    "a": "bcdfgiklmnprstuvwxy",
    "b": "aeijlorsuy",
    "c": "acehiklorstuy",
    "d": "abdeilorstu",
    "e": "abcdefgilmnopqrstuvwxy",
    "f": "aefilorstuy",
    "g": "aeghilnorsu",
    "h": "aeiortu",
    "i": "abcdefglmnoprstvxz",
    "j": "e",
    "k": "aeis",
    "l": "adeilnopstuvy",
    "m": "abeilmopsu",
    "n": "acdefgiklnopstuv",
    "o": "abcdfgiklmnoprstuvwx",
    "p": "adehiloprstuy",
    "q": "u",
    "r": "abcdefgiklmnoprstuvy",
    "s": "acefhiklmopstuwy",
    "t": "abcdefhilmnoprstuwy",
    "u": "abcdefgilmnoprst",
    "v": "aeio",
    "w": "aehinors",
    "x": "ceipt",
    "y": "ilnpst",
    "z": "e",
}
# Words that are put together oddly, and often stand where an app is told what to do.
_KNOWN = re.compile(
    r"development|localhost|https?|example|(my|pg)?sql|sqlite|postgres(ql)?|mongodb|administrator|javascript|typescript"
    r"|webpack|django|nodejs|nextjs|frankfurt|amazonaws|gmail|qwerty(uiop)?|asdfgh(jkl)?|zxcvbn|abcdef(gh)?"
)


def is_ordinary(value: str) -> bool:
    """Whether this is too much like other words to be told from them. A sentence is not: nobody writes the same one."""
    value = value.strip()
    if _NUMBER.fullmatch(value) or (len(value) <= _LONGEST_WORD and len(set(value)) <= 2):
        return True
    parts = [part for part in _BETWEEN.split(value) if part]
    words = [part for part in parts if not _SHORT.fullmatch(part)]
    is_short = len(parts) <= _MOST_PARTS and len(words) <= _MOST_WORDS
    return (is_short or _ADDRESS.match(value) is not None) and all(map(_is_word, words))


def _is_word(part: str) -> bool:
    found = _WORD.fullmatch(part)
    if found is None or len(part) > _LONGEST_WORD:
        return False
    word = found[1].lower()
    follows = all(second in _FOLLOWERS[first] for first, second in pairwise(word))
    return _KNOWN.fullmatch(word) is not None or (follows and bool(set(word) & set("aeiouy")))
