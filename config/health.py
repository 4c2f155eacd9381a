"""Is the process alive; is it ready for people."""

from django.db import connection
from django.http import HttpRequest, HttpResponse, JsonResponse


def livez(request: HttpRequest) -> HttpResponse:
    """The process answers; nothing else is asked."""
    return HttpResponse("ok\n", content_type="text/plain")


def readyz(request: HttpRequest) -> JsonResponse:
    checks = {"database": _database()}
    is_ready = all(checks.values())
    state = {name: "ok" if passed else "failed" for name, passed in checks.items()}
    return JsonResponse({"status": "ok" if is_ready else "failed", "checks": state}, status=200 if is_ready else 503)


def _database() -> bool:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
            return bool(cursor.fetchone() == (1,))
    except Exception:  # whatever the driver raises, the answer is the same: not ready
        return False
