"""The packages of a repository: their settings, paths and commits."""
