"""What each requirement demands, worked out by hand from its text."""
