"""FEEL: grammar, values, functions, limits and hostile texts."""
