"""The served installation of the web tests, attacked."""

from tests.web.conftest import opened, own_site, shared_app, site

__all__ = ["opened", "own_site", "shared_app", "site"]
