"""The pure core: functions from values to values. No module here reads a file, a clock or the network."""
