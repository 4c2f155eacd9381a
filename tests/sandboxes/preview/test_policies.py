"""An app's own policy lets the bridge in, and nobody else."""

import pytest

from sandboxes.preview.policies import Need, is_strict, opened

NEED = Need(b"p-a.localhost/__djinn/b.js", b"p-a.localhost/__djinn/console", b"abc")
S, R = NEED.script.decode(), NEED.reports.decode()


@pytest.mark.parametrize(
    ("policy", "then"),
    [
        ("script-src 'self'", f"script-src 'self' {S}"),
        ("script-src 'none'", f"script-src {S}"),
        ("Script-Src 'self' 'unsafe-inline'; img-src *", f"script-src 'self' 'unsafe-inline' {S}; img-src *"),
        ("default-src 'self' cdn", f"default-src 'self' cdn; script-src 'self' cdn {S}; connect-src 'self' cdn {R}"),
        ("default-src 'none'", f"default-src 'none'; script-src {S}; connect-src {R}"),
        ("script-src-elem 'none'; script-src 'self'", f"script-src-elem {S}; script-src 'self'"),
        ("connect-src 'NONE'", f"connect-src {R}"),
        ("script-src 'nonce-x' 'strict-dynamic'", "script-src 'nonce-x' 'strict-dynamic' 'nonce-abc'"),
        ("script-src 'nonce-x'", f"script-src 'nonce-x' {S}"),
        ("script-src a; script-src b", f"script-src a {S}"),
        ("script-src", f"script-src {S}"),
        ("img-src 'self';  upgrade-insecure-requests", "img-src 'self';  upgrade-insecure-requests"),
        ("sandbox allow-scripts", "sandbox allow-scripts"),
        ("", ""),
        ("script-src a, connect-src b", f"script-src a {S}, connect-src b {R}"),
    ],
)
def test_what_is_added(policy: str, then: str) -> None:
    assert opened(policy.encode(), NEED).decode() == then


@pytest.mark.parametrize(
    ("policy", "strict"),
    [
        (b"script-src 'strict-dynamic' 'sha256-x'", True),
        (b"default-src 'Strict-Dynamic'", True),
        (b"script-src-elem 'self'; script-src 'strict-dynamic'", False),
        (b"img-src *, script-src 'strict-dynamic'", True),
        (b"style-src 'strict-dynamic'", False),
    ],
)
def test_a_nonce_is_only_for_policies_that_know_no_addresses(policy: bytes, strict: bool) -> None:
    assert is_strict(policy) is strict
