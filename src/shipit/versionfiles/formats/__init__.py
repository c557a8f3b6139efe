"""The formats of version files, one module for each; `shipit.versionfiles.FORMATS` is their registry."""
