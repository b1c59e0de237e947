"""Which version a case of a division runs on: its own where it keeps one (G-60)."""

from engine.base import overrides
from engine.context import Context
from engine.store import definitions
from engine.store.rows import Row


def for_region(ctx: Context, definition: Row, region: str, runtime: str) -> Row:
    """Give the stand-in for DEFINITION in REGION, county before prefecture, or DEFINITION."""
    if not region:
        return definition
    version = ctx.runtimes.deployed(ctx.conn, definition["id"], runtime)
    chosen = overrides.chain(region)
    if not any(division in version.application.overrides for division in chosen):
        return definition
    return definitions.definition_at(ctx.conn, definition, chosen) or definition


def division(definition: Row) -> str:
    """Name the division whose stand-in DEFINITION is, "" for the application's own."""
    return definitions.division_of(definition["home"])
