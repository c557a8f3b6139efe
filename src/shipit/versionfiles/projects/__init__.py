"""The parts of a project that have the version of a version file, or that it comes from."""
