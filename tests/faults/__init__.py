"""Crashes, frozen nodes and full disks: what was acknowledged must stay."""
