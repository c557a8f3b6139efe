"""The text of one commit message: its header, body and footers, without rules."""
