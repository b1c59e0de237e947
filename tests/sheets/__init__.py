"""Tables in and out: what is read, what is refused, what is written."""
