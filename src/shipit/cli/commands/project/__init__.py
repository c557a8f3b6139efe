"""The commands that set up a project, check it and explain it."""
