"""What an attacker tries, and that it fails."""
