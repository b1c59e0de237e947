"""Documents on paper: what stands in the file, and that nothing in it acts."""
