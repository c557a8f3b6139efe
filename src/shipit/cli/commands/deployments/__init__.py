"""The commands that build images and deploy them."""
