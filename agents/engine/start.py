"""The app's server, started in its box and looked at until it answers."""

from agents.engine import install, steps
from agents.engine.context import Context
from agents.lifecycle.failures import Failure
from sandboxes.runtime import serve

_READY_WITHIN = 60.0


def run(context: Context) -> None:
    steps.once(context, "start", lambda _: _start(context), role="tester", title="Start")


def _start(context: Context) -> steps.Output:
    sandbox = install.prepare(context)
    serve.start(sandbox, job_ref=context.job.pk, should_stop=context.should_stop)
    ready = serve.wait_ready(sandbox, timeout=_READY_WITHIN, should_stop=context.should_stop, job_ref=context.job.pk)
    if not ready.ok:
        said = ready.log_tail or ready.excerpt
        raise Failure("start_failed", f"The app did not answer with a page.\n\n{said}")
    return {"status": ready.status}
