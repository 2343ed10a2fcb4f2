"""Model versions: register, activate, roll back, load, serve and remove them."""
