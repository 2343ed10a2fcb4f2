"""File formats: what other programs write, and what we write for them."""
