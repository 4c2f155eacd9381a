"""`apply-ai-code`, `apply-ai-code-stream` and `generate-ai-code-stream` of the earlier design.

The first writes at once; the others begin a job and tell of it. With an `Idempotency-Key` the same job is told of
again, from `Last-Event-ID` on. Hanging up stops nothing; `POST /api/v2/jobs/{job}/cancel` does.
"""

from typing import Any

from ninja import Query

from agents.api.jobs import MOST_SAID, key_of
from agents.api.shims import voices
from agents.api.shims.addresses import STREAM, follow_job, project_of, shims, told
from agents.enums import JobKind
from agents.errors import Unfit
from agents.schemas.shims import MOST_RESPONSE, CodeIn, Place, PromptIn
from agents.services import jobs, outcomes, replies
from projects.enums import Ability
from projects.models import Branch
from projects.rest import Request, streams
from projects.services import files

# The longest text, when some of its characters are written as escapes.
MOST_CODE = MOST_RESPONSE + 2 * 1024 * 1024
_STREAM = {"responses": {200: {"content": {STREAM: {"schema": {"type": "string"}}}}}}


@shims.post("/apply-ai-code", dict[str, Any], status=200, refuses=(404, 409, 412), most=MOST_CODE, long=True)
def apply_ai_code(request: Request, place: Query[Place], body: CodeIn) -> Any:
    """Write what a model wrote elsewhere, as one version of `main`. What cannot be used stands under `errors`."""
    main = _main(request, place, body)
    reply = replies.read(body.response, main, wanted=body.packages)
    replies.save(reply, main, by=request.user)
    said = voices.complete(reply.results(), explanation=reply.explanation)
    return told(**{name: value for name, value in said.items() if name != "type"})


@shims.post("/apply-ai-code-stream", status=200, refuses=(404, 409, 412), most=MOST_CODE, keyed=False, extra=_STREAM)
def apply_ai_code_stream(request: Request, place: Query[Place], body: CodeIn) -> Any:
    """As `apply-ai-code`, by a worker, told as it goes."""
    streams.check_free(request)
    main = _main(request, place, body)
    reply = replies.read(body.response, main, wanted=body.packages)
    job = replies.apply_later(reply, main, by=request.user, idempotency_key=key_of(request))
    results = replies.results_of(job)
    return follow_job(request, voices.Applying(job, outcomes.span(job), results, explanation=reply.explanation))


@shims.post("/generate-ai-code-stream", status=200, refuses=(404, 409), most=MOST_SAID, keyed=False, extra=_STREAM)
def generate_ai_code_stream(request: Request, place: Query[Place], body: PromptIn) -> Any:
    """Say what to make or to change, and follow the job. Files that are sent along are not read: ours are the truth."""
    streams.check_free(request)
    project = project_of(request, Ability.EDIT, place, body.context)
    job = jobs.start(
        project=project,
        text=body.prompt,
        by=request.user,
        model=body.model or "",
        kind=JobKind.EDIT if body.isEdit else None,
        idempotency_key=key_of(request),
    )
    if job.is_chore:
        raise Unfit("This key was used for another job. Take another key.")
    return follow_job(request, voices.Building(job, outcomes.span(job)))


def _main(request: Request, place: Place, body: CodeIn) -> Branch:
    return files.branch_of(project_of(request, Ability.EDIT, place, body))
