"""The engine of Shouhu: start reading at engine/engine.py."""
