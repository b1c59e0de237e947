"""Tests of Shouhu."""
