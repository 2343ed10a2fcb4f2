"""The hybrid: genres, tags, latent factors and EASE in one ridge fit."""
