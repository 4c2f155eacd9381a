"""Short stable names for paths, fit for the id of an element on a page."""

import hashlib


def path_id(path: str) -> str:
    return hashlib.sha256(path.encode()).hexdigest()[:12]
