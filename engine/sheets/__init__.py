"""Spreadsheets: what comes in is guarded and read, what goes out is written inert."""
