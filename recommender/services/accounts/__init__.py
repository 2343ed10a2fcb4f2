"""Accounts, and everything the site knows about a user."""
