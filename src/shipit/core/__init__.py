"""The pure core: values in, values out. Nothing here reads a file, a clock or the network."""
