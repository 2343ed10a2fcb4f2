"""The one idea: item features and a ridge fit per user."""
