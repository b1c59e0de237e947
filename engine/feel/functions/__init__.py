"""The built-in functions of FEEL, one family a file."""
