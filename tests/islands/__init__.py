"""Tests of the browser assets: build hook, lock, manifest, each island in Chromium."""
