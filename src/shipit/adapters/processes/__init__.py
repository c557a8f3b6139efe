"""Commands that shipit runs, their output, and the environment that they get."""
