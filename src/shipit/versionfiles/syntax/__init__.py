"""Where the string values of a document are: one scanner per language, each giving `Place`s."""
