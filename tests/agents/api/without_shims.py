"""The addresses of an installation that does not ask for those of the earlier design."""

from config import urls

urlpatterns = urls.addresses(shims=False)
handler404 = urls.handler404
