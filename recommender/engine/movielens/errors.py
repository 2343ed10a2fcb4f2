"""What is wrong with a dataset, in one sentence for the person who has to repair it."""


class DatasetError(ValueError):
    """A dataset that is missing, damaged or wrong; the message names the file, line and value."""
