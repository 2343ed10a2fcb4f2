"""Passwords are hashed as in production, with a thousand rounds instead of a million."""

from django.contrib.auth.hashers import PBKDF2PasswordHasher

PBKDF2PasswordHasher.iterations = 1_000
