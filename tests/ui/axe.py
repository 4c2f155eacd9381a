"""What axe finds on a page: the sentences of its violations, with where they stand."""

from typing import Any

from playwright.sync_api import Page

from tests.ui import packages

# The app in its frame is somebody else's page.
_RUN = """(rules) => axe.run(document, {iframes: false, resultTypes: ["violations"], ...rules}).then(({violations}) =>
  violations.flatMap(({id, nodes}) => nodes.map(({target, failureSummary}) => `${id} at ${target}: ${failureSummary}`)))
"""
_CONTRAST = {"runOnly": ["color-contrast"]}


def violations(page: Page) -> list[Any]:
    """Everything in light; in dark what may be different there."""
    page.evaluate(packages.axe())
    page.emulate_media(color_scheme="light", reduced_motion="reduce")
    found: list[Any] = page.evaluate(_RUN, {})
    page.emulate_media(color_scheme="dark", reduced_motion="reduce")
    return [*found, *(f"dark: {one}" for one in page.evaluate(_RUN, _CONTRAST))]
