"""The commands that decide, show and make releases."""
