"""Version files: text in, text out. One module per format; `FORMATS` is the registry."""
