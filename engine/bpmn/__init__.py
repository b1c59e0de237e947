"""From diagram text to a checked and compiled process."""
