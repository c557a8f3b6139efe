"""Files on the disk: the working tree, patterns, private directories and the lock."""
