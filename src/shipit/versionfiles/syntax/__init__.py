"""The positions of string values in documents, with one module for each language."""
