"""shipit: from commit to running container, one plan you can read first, each step safe to repeat."""
