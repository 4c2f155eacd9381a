"""How alike two contents are, as git counts it: by what share of the larger one is found in the other. Pure."""

from collections import Counter

# What git gives to the same content; half of it makes a rename.
SAME = 60_000
ALIKE = SAME // 2
# Who also keeps the last part of the path has to be this much alike to be taken at once.
ALIKE_BY_NAME = SAME * 3 // 4
# A line counts in pieces of this many bytes.
_PIECE = 64
# So far a null is looked for.
_SNIFFED = 8000
_WORD = 0xFFFFFFFF

Pieces = Counter[bytes]


def is_binary(content: bytes) -> bool:
    """What git does not compare by line."""
    return b"\0" in content[:_SNIFFED]


def pieces(content: bytes) -> Pieces:
    """Pieces of the content, each with its bytes; an unfinished last one is not counted."""
    text = content if is_binary(content) else content.replace(b"\r\n", b"\n")
    *lines, rest = text.split(b"\n")
    counts: Pieces = Counter()
    for line, times in Counter(lines).items():
        whole = line + b"\n"
        for at in range(0, len(whole), _PIECE):
            piece = whole[at : at + _PIECE]
            counts[piece] += len(piece) * times
    for at in range(0, len(rest) - _PIECE + 1, _PIECE):
        counts[rest[at : at + _PIECE]] += _PIECE
    return counts


def may_be_alike(one: int, other: int) -> bool:
    """Whether files of these sizes can be half alike at all."""
    small, large = sorted((one, other))
    return large * ALIKE >= (large - small) * SAME


def score(one: Pieces, other: Pieces, size: int) -> int:
    """From 0 to SAME; `size` is that of the larger content."""
    if len(one) > len(other):
        one, other = other, one
    common = sum(min(count, other[piece]) for piece, count in one.items() if piece in other)
    return common * SAME // size if size else 0


def is_close(found: int) -> bool:
    """Nearly enough: whether it is, git says to the last byte, to which pieces that hash alike are alike."""
    return ALIKE * 9 // 10 <= found < ALIKE


def hashed(pieces: Pieces) -> Pieces:
    """As git tells pieces apart; dear, so it is kept by who asks again."""
    found: Pieces = Counter()
    for piece, count in pieces.items():
        found[_hash(piece)] += count
    return found


def _hash(piece: bytes) -> bytes:
    """Git's: 64 bits in two halves that turn by seven, with each byte added to the first."""
    high = low = 0
    for byte in piece:
        high, low = ((high << 7) ^ (low >> 25)) & _WORD, ((low << 7) ^ (high >> 25)) & _WORD
        high = (high + byte) & _WORD
    return ((high + low * 0x61 & _WORD) % 107_927).to_bytes(4)
