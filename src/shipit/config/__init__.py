"""The configuration: text in, typed values or every problem out. Nothing here reads a file."""
