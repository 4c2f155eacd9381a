"""Why an install failed, from what npm and pip say."""

import pytest

from sandboxes.packages import troubles

SAID = {
    "disk": ["npm error code ENOSPC", "OSError: [Errno 28] No space left on device"],
    "peer_conflict": [
        "npm error code ERESOLVE\nnpm error ERESOLVE unable to resolve dependency tree",
        (
            "ERROR: Cannot install a==1 and b==2 because these package versions have conflicting dependencies.\n"
            "ERROR: ResolutionImpossible: for help visit"
        ),
    ],
    "no_version": [
        "npm error code ETARGET\nnpm error notarget No matching version found for react@99.",
        (
            "ERROR: Could not find a version that satisfies the requirement flask==99 (from versions: 0.1, 0.2)\n"
            "ERROR: No matching distribution found for flask==99"
        ),
    ],
    "not_found": [
        "npm error code E404\nnpm error 404 Not Found - GET https://registry.example/no-such",
        (
            "ERROR: Could not find a version that satisfies the requirement no-such (from versions: none)\n"
            "ERROR: No matching distribution found for no-such"
        ),
    ],
    "network": [
        "npm error code ENOTFOUND\nnpm error network request failed",
        "npm error code ECONNRESET",
        "npm error code E403\nnpm error 403 403 registry.example could not be found. - GET https://registry.example/x",
        "npm error code E403\nnpm error 403 403 The host does not answer. - GET https://registry.example/x",
        "npm error code E403\nnpm error 403 403 The name of this host leads to an address inside a private network.",
        (
            "WARNING: Retrying after connection broken by 'ProxyError'\n"
            "ERROR: Could not find a version that satisfies the requirement rich (from versions: none)\n"
            "ERROR: No matching distribution found for rich"
        ),
    ],
    "refused": [
        "npm error code E401",
        "npm error 403 403 Forbidden - GET https://registry.example/x",
        "evil.example is not on the list of hosts this box may download from.",
    ],
    "build_script": [
        "npm error command sh -c node-gyp rebuild",
        "error: subprocess-exited-with-error",
        "npm error code ELIFECYCLE",
    ],
    "integrity": ["npm error code EINTEGRITY"],
    "unreadable": ["npm error code EJSONPARSE", "ERROR: Invalid requirement: '==x'"],
    "timeout": ["npm warn\nStopped: it took longer than 300 seconds."],
    "unknown": ["", "npm error something else"],
}


@pytest.mark.parametrize(("kind", "output"), [(kind, one) for kind, all_of_it in SAID.items() for one in all_of_it])
def test_each_kind_is_known_by_its_words(kind: str, output: str):
    trouble = troubles.of(output)
    assert trouble.kind == kind
    assert trouble.sentence.endswith(".")
    assert trouble.fix.endswith(".")
    assert trouble.is_outside == (kind == "network")


def test_what_ended_without_a_code_was_stopped_unless_it_says_why():
    assert troubles.of("added 1", exit_code=None).kind == "stopped"
    assert troubles.of("npm error code ENOSPC", exit_code=None).kind == "disk"
