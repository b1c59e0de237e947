"""Tests of metrics, frozen figures and simulated campaigns."""
