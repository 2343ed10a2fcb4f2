"""File formats: what other sites and programs write, and what we write for them."""
