"""FEEL: expressions compiled to callables at deployment."""
