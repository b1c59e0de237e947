"""Tests of the house itself: floors, captions, sizes, words."""
