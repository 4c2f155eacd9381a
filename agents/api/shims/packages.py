"""`install-packages` of the earlier design: a line in the app's list of packages, and its box told to run it."""

from typing import Any

from ninja import Query

from agents.api.shims import voices
from agents.api.shims.addresses import STREAM, at_once, follow, project_of, shims
from agents.schemas.shims import PackagesIn, Place
from agents.services import additions
from projects import feed
from projects.enums import Ability
from projects.rest import Request, streams
from projects.services import files

_STREAM = {"responses": {200: {"content": {STREAM: {"schema": {"type": "string"}}}}}}


# Asking again does no harm: what is listed is not listed twice.
@shims.post("/install-packages", status=200, refuses=(404, 409, 412), keyed=False, extra=_STREAM)
def install_packages(request: Request, place: Query[Place], body: PackagesIn) -> Any:
    """Add packages to `main`, as one version, and follow how its box installs them."""
    streams.check_free(request)
    main = files.branch_of(project_of(request, Ability.EDIT, place, body))
    after = feed.last_seq(main.project_id)
    added = additions.add(main, body.packages, by=request.user)
    if not added:
        done = {"message": "All packages are listed already.", "installedPackages": []}
        known = {"type": "success", **done, "alreadyInstalled": body.packages}
        return at_once(voices.frames([known, {"type": "complete", "success": True, **done}]))
    return follow(request, main.project_id, voices.Installing(added, branch_id=main.pk), after=after)
