"""Both runtimes on the same models: differences must be known ones."""
