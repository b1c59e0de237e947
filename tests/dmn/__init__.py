"""DMN: tables, graphs, boxed expressions and their checks."""
