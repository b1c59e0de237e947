"""The tiny application on both databases, as the commands have it."""

from tests.commands.conftest import store_content, tiny

__all__ = ["store_content", "tiny"]
