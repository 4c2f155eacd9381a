"""A project packed as an artifact of a job: a zip of one tree, or a git bundle with all history.

Packing may be done twice without harm, for the same bytes are kept once; the artifact and the end of the job are one.
"""

from agents.engine import faultpoints
from agents.engine.context import Context
from agents.lifecycle import artifacts, moves
from agents.lifecycle.failures import Failure
from projects import errors
from projects.services import contents, exporting
from projects.services.contents import Kept
from projects.services.exporting import Export

BUNDLE = "bundle"


def run(context: Context) -> None:
    export = _export(context)
    kept = _pack(context, export)
    faultpoints.reach("artifact_unwritten")
    with context.hold_on_course() as job:
        made = artifacts.record(job, kept, name=export.name, media_type=export.media_type)
        faultpoints.reach("artifact_written")
        moves.note(job, f"{export.name}: {kept.size:,} bytes")
        moves.complete(job, output={"artifact": str(made.pk)})


def _export(context: Context) -> Export:
    """What is there when its turn comes, unless a version was named."""
    asked = context.job.input
    try:
        if asked["form"] == BUNDLE:
            return exporting.bundle_of(context.project)
        return exporting.zip_of(context.project, version=asked["version"], branch=asked["branch"])
    except (errors.Missing, errors.Empty) as refusal:
        raise Failure("invalid_input", str(refusal), user_action="Export something else.") from None


def _pack(context: Context, export: Export) -> Kept:
    """Between two pieces a stop is heeded, and what would be too much is given up."""
    kept = Kept()
    for kept in contents.keep(export.pieces):
        context.heed()
        artifacts.check_room(context.project, kept.size)
    return kept
