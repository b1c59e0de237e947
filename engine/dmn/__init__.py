"""DMN: decision models compiled and evaluated."""
