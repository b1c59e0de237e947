"""A third application, of an invented province, that no line of Python knows."""
