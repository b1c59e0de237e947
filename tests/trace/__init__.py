"""Every requirement is held by a test, and every part that carries one is missed when gone."""
