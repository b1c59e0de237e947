"""Schema changes, one file a step, run by Alembic on both databases."""
