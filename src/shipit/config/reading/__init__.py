"""The reading of shipit.toml: values, inherited values, and faults with their place."""
