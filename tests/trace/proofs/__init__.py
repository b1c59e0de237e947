"""One test a requirement: what the deployed files do about it, in the kernel's own words."""
