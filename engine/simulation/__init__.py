"""Simulated staff on a fake clock: the demo data, and whole campaigns with their report."""
