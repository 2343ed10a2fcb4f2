"""What is wrong with an exported file, in one sentence for the person who chose it."""


class ExportError(ValueError):
    """A file that cannot be imported; the message names the line where there is one."""
