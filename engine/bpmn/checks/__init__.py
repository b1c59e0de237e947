"""The checks of kernel.md 5: one rule a function, gathered in run.py."""
