"""The configuration: its text is decoded into typed values, or into all problems in it. Nothing here reads a file."""
