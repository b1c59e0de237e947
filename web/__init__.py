"""The web application on the engine: API and pages."""
