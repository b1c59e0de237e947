"""Tests of the token kernel."""
