"""Everything that only looks: SQL in, frozen dataclasses out."""
