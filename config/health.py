"""Is the process alive; is it ready for people."""

from django.db import connection
from django.http import HttpRequest, HttpResponse, JsonResponse

from config import locks


def livez(request: HttpRequest) -> HttpResponse:
    """The process answers; nothing else is asked."""
    return HttpResponse("ok\n", content_type="text/plain")


def readyz(request: HttpRequest) -> JsonResponse:
    """Without its database the site can do nothing; without a worker it can do all but the work itself."""
    has_database, has_worker = _database(), _worker()
    checks = {"database": "ok" if has_database else "failed", "worker": "ok" if has_worker else "degraded"}
    status = "failed" if not has_database else "ok" if has_worker else "degraded"
    return JsonResponse({"status": status, "checks": checks}, status=200 if has_database else 503)


def _database() -> bool:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
            return bool(cursor.fetchone() == (1,))
    except Exception:  # whatever the driver raises, the answer is the same: not ready
        return False


def _worker() -> bool:
    return locks.is_held("worker") and bool(locks.facts_of("worker").get("ready"))
