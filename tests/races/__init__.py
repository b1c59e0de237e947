"""Two acts at the same moment, in a known order."""
