"""An app's own Content-Security-Policy, with what the bridge needs added to it and nothing else. Pure."""

from dataclasses import dataclass

_NONE = b"'none'"
_STRICT = b"'strict-dynamic'"
_SCRIPTS = (b"script-src-elem", b"script-src", b"default-src")
_REACHES = (b"connect-src", b"default-src")


@dataclass(frozen=True)
class Need:
    """Where the script lies and where it reports to, as a policy writes it: without a scheme it is the page's own."""

    script: bytes
    reports: bytes
    nonce: bytes


def is_strict(value: bytes) -> bool:
    """Whether an address is no way in. Then a nonce is, and it spoils nothing: 'unsafe-inline' is void there anyway."""
    found = (_ruling(_read(policy), _SCRIPTS) for policy in value.split(b","))
    return any(ruling is not None and _has_strict(ruling[1]) for ruling in found)


def opened(value: bytes, need: Need) -> bytes:
    """Every policy of a header's value lets the script load and report."""
    return b", ".join(_opened(policy.strip(), need) for policy in value.split(b","))


def _opened(policy: bytes, need: Need) -> bytes:
    directives = _read(policy)
    scripts, reaches = _ruling(directives, _SCRIPTS), _ruling(directives, _REACHES)
    if scripts is None and reaches is None:
        return policy
    if scripts is not None:
        name, sources = scripts
        wanted = b"'nonce-" + need.nonce + b"'" if _has_strict(sources) else need.script
        directives[b"script-src" if name == b"default-src" else name] = _with(sources, wanted)
    if reaches is not None:
        directives[b"connect-src"] = _with(reaches[1], need.reports)
    return b"; ".join(b" ".join([name, *sources]) for name, sources in directives.items())


def _read(policy: bytes) -> dict[bytes, list[bytes]]:
    """Of two that have one name the first counts."""
    found: dict[bytes, list[bytes]] = {}
    for directive in policy.split(b";"):
        if words := directive.split():
            found.setdefault(words[0].lower(), words[1:])
    return found


def _ruling(directives: dict[bytes, list[bytes]], names: tuple[bytes, ...]) -> tuple[bytes, list[bytes]] | None:
    """The first that is there decides; what a fallback allows is copied before anything is added to it."""
    return next(((name, directives[name]) for name in names if name in directives), None)


def _has_strict(sources: list[bytes]) -> bool:
    return any(source.lower() == _STRICT for source in sources)


def _with(sources: list[bytes], wanted: bytes) -> list[bytes]:
    return [*(source for source in sources if source.lower() != _NONE), wanted]
