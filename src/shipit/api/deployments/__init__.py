"""The public functions that deploy, roll back and show what runs, with the way back when a deployment fails."""
