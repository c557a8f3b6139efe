"""nginx: the switch file that decides which slot gets the traffic, and the names in its configuration."""
