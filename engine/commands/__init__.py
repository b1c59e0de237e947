"""Everything that changes something: one class a wish, one file a noun."""
