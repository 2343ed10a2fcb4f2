"""What happens to scores on their way to a list."""
