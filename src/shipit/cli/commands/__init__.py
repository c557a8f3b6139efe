"""The commands, one module for each; `COMMANDS` in `cli/main.py` lists them."""
