"""Seats that join or leave a round, and side seats: 加签, 减签, 委派."""
