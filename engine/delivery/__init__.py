"""What leaves the house: services, channels, messages."""
