"""Finding every door there is: addresses, operations of the API, sockets. Nobody has to list them."""

import re
from collections.abc import Iterator
from typing import Any

from django.urls import URLPattern, URLResolver, get_resolver

from agents import routing as agents_routing
from config.api import api
from projects import routing as projects_routing

API = "api/v2/"


def pages() -> set[str]:
    """Routes of everything that is no operation of the API and no page of Django's admin."""
    known = {route for _, route in operations()}
    return {route for route in _routes(get_resolver().url_patterns) if route not in known and not is_admin(route)}


def admin() -> set[str]:
    return {route for route in _routes(get_resolver().url_patterns) if is_admin(route)}


def is_admin(route: str) -> bool:
    return route.startswith("admin/")


def _routes(patterns: list[Any], before: str = "") -> Iterator[str]:
    for pattern in patterns:
        route = before + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            yield from _routes(pattern.url_patterns, route)
        elif isinstance(pattern, URLPattern):
            yield plain(route)


def plain(route: str) -> str:
    """A route without its grammar: names stay, `<uuid:project>` or `<key>`."""
    route = re.sub(r"\(\?P(<\w+>)[^)]*\)", r"\1", route)
    return re.sub(r"[\^$]", "", route).replace("<uuidstr:", "<uuid:")


def operations() -> set[tuple[str, str]]:
    """(method, route) of each operation, the route as Django writes it."""
    found = set()
    for prefix, router in api._routers:
        for path, view in router.path_operations.items():
            route = API + f"{prefix}{path}".lstrip("/").replace("{", "<").replace("}", ">")
            route = plain(route)
            found |= {(method, route) for operation in view.operations for method in operation.methods}
    return found


def sockets() -> set[str]:
    routes = [*projects_routing.websocket_urlpatterns, *agents_routing.websocket_urlpatterns]
    return {str(route.pattern) for route in routes}
