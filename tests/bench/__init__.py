"""The measuring bench: what it writes, reads, counts and says."""
