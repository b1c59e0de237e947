"""Put the pages on the application: blueprints, template tools."""

import importlib
import importlib.util

from flask import Flask

from web.pages import advice, assets
from web.pages.case import case
from web.pages.dashboard import dashboard
from web.pages.deputies import stands
from web.pages.door import door
from web.pages.figures import figures
from web.pages.help import guides
from web.pages.imports import tables
from web.pages.ledger import ledger
from web.pages.logbook import FILTERS as LOG_FILTERS
from web.pages.passing import passing
from web.pages.public import pages as public
from web.pages.scanning import scanning
from web.pages.sealed import paper
from web.pages.seating import seats
from web.pages.start import start
from web.pages.task import task
from web.pages.todo import todo
from web.pages.turning import FILTERS as TURN_FILTERS
from web.pages.vault import closed
from web.pages.words import FILTERS

BLUEPRINTS = (
    *(public, closed, stands, door, todo, start, case, task, paper, passing, seats, scanning),
    *(ledger, dashboard, figures, guides, tables),
)


def register_pages(app: Flask) -> None:
    """Register every page and the filters of the templates."""
    app.jinja_env.filters.update(FILTERS)
    app.jinja_env.filters.update(LOG_FILTERS)
    app.jinja_env.filters.update(TURN_FILTERS)
    app.jinja_env.globals["error_style"] = assets.error_style
    app.jinja_env.globals["error_advice"] = advice.advice
    app.jinja_env.globals["error_back"] = advice.back
    app.jinja_env.trim_blocks = True
    app.jinja_env.lstrip_blocks = True
    for blueprint in BLUEPRINTS:
        app.register_blueprint(blueprint)
    for name in ("lib", "ops", "admin"):  # the owner's and the scheduler's rooms
        if importlib.util.find_spec(f"web.pages.{name}") is not None:
            importlib.import_module(f"web.pages.{name}").register(app)
