"""Measurements of the decisions, repeatable; each prints ratios within one run."""
