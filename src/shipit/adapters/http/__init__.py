"""HTTP requests with limits, and how often they are repeated."""
