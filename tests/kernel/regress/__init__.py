"""What the reference runtime was measured to do wrong, done right here (kernel.md 4)."""
