"""Processes: what this machine allows, children that end with their parent, and the supervisor of all parts."""
