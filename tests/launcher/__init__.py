"""Tests of the launcher: what a newcomer meets first."""
