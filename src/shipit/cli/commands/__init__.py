"""The commands, one file each; `COMMANDS` in `cli/main.py` lists them."""
