"""NumPy and native code only: arrays and paths in, arrays out. Never Django, Celery or storage."""
