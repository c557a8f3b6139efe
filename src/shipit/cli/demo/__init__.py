"""The sample project of `shipit demo`."""
