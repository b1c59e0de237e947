"""The native API: a view is one line, execute or ask."""
