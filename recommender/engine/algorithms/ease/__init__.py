"""EASE: item weights in closed form."""
