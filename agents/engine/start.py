"""The app's server, started in its box and looked at until it answers."""

from agents.engine import install, steps
from agents.engine.context import Context
from agents.errors import AppBroken
from sandboxes.runtime import serve

KEY = "start"
_READY_WITHIN = 60.0


def run(context: Context, key: str = KEY) -> None:
    steps.once(context, key, lambda _: _start(context), role="tester", title="Start")


def _start(context: Context) -> steps.Output:
    sandbox = install.prepare(context)
    serve.start(sandbox, job_ref=context.job.pk, should_stop=context.should_stop)
    ready = serve.wait_ready(sandbox, timeout=_READY_WITHIN, should_stop=context.should_stop, job_ref=context.job.pk)
    if not ready.ok:
        said = "\n".join(part for part in (ready.excerpt, ready.log_tail) if part)
        raise AppBroken("start_failed", "The app did not answer with a page.", said)
    return {"status": ready.status}
