"""Longer verbs of the command line, one a file: what they do, not how they are typed."""
