"""Is the process alive; is the installation ready for people, and what is missing."""

import shutil

from django.conf import settings
from django.db import connection
from django.http import HttpRequest, HttpResponse, JsonResponse

from config import faults, presence

NO_DATABASE = "The database does not answer; nothing can be shown or changed until it does."
NO_REDIS = "Redis does not answer; changes are shown late and work waits until it does."
LEAST_ROOM = 1024**2
ABSENT = {
    "web": "No process serves the dashboard (web).",
    "edge": "No process serves the apps (edge).",
    "generate": "No worker takes wishes (queue generate); they wait.",
    "sandbox": "No worker starts apps (queue sandbox); they wait.",
    "commands": "No worker runs what is asked for in boxes (queue commands); it waits.",
    "housekeeping": "No worker keeps house (queue housekeeping); what got lost is not asked for again.",
    "beat": "No clock runs (beat); what got lost is not asked for again.",
}


def livez(request: HttpRequest) -> HttpResponse:
    """The process answers; nothing else is asked."""
    return HttpResponse("ok\n", content_type="text/plain")


def readyz(request: HttpRequest) -> JsonResponse:
    """Without its database the site can do nothing; without anything else it can do some of it, and says so."""
    checks, says = {"database": "ok"}, []
    if trouble := _database():
        checks["database"] = "failed"
        says.append(trouble)
    checks["disk"] = "ok" if _has_room() else "full"
    says += [str(faults.FULL)] if checks["disk"] == "full" and not trouble else []
    says += _others(checks)
    status = "failed" if checks["database"] == "failed" else "degraded" if says else "ok"
    return JsonResponse({"status": status, "checks": checks, "says": says}, status=503 if status == "failed" else 200)


def _others(checks: dict[str, str]) -> list[str]:
    """Redis, where there is one, and every part that some process has to play."""
    if settings.IS_SCALED:
        checks["redis"] = "ok"
    try:
        missing = presence.missing()
    except presence.Unknown:
        checks.update(dict.fromkeys(presence.PARTS, "unknown"), redis="failed")
        return [NO_REDIS]
    checks.update({part: "missing" if part in missing else "ok" for part in presence.PARTS})
    return [ABSENT[part] for part in missing]


def _has_room() -> bool:
    """A connection that is open already does not notice before somebody writes."""
    try:
        return shutil.disk_usage(settings.DJINN_HOME).free >= LEAST_ROOM
    except OSError:
        return False


def _database() -> str:
    """What is wrong with it; nothing, when it answers."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
            return "" if cursor.fetchone() == (1,) else NO_DATABASE
    except Exception as error:  # whatever the driver raises, the answer is the same: not ready
        return str(faults.FULL) if faults.of(error) is faults.FULL else NO_DATABASE
