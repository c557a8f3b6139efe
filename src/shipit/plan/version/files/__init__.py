"""The version files of a package and the versions that they declare."""
