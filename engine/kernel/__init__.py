"""The pure token kernel: plan and state in, state and effects out."""
