"""Accounts and everything the site knows of a person."""
