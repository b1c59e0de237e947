"""Browser journeys: real pages, a real server in this process, a real Chromium."""
