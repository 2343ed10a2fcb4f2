"""Errors of artifact storage: which ones there are, and which pass by themselves."""

from collections.abc import Iterator

BUSY = frozenset({"SlowDown", "Throttling", "ThrottlingException", "RequestTimeout", "RequestLimitExceeded"})
SERVER_ERROR = 500


def storage_errors() -> tuple[type[Exception], ...]:
    """Return the exceptions that storage raises when it is full, missing or unreachable."""
    # Imported only after an error, because it is slow to import.
    from boto3.exceptions import Boto3Error
    from botocore.exceptions import BotoCoreError, ClientError

    return OSError, BotoCoreError, ClientError, Boto3Error


def is_away(error: BaseException) -> bool:
    """Tell whether an error, or one that led to it, says that S3 cannot be reached or does not do its work now.

    A missing bucket, a refused key or a full disk does not pass by itself: somebody has to see to it.
    """
    return any(_passes(each) for each in _with_causes(error))


def _passes(error: BaseException) -> bool:
    from boto3.exceptions import RetriesExceededError
    from botocore.exceptions import ClientError, CredentialRetrievalError, HTTPClientError
    from botocore.exceptions import ConnectionError as CannotConnect
    from s3transfer.exceptions import RetriesExceededError as TransferFailed

    if isinstance(error, ClientError):
        status = error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0)
        return status >= SERVER_ERROR or error.response.get("Error", {}).get("Code") in BUSY
    away = (CannotConnect, HTTPClientError, CredentialRetrievalError, RetriesExceededError, TransferFailed)
    return isinstance(error, away)


def _with_causes(error: BaseException) -> Iterator[BaseException]:
    seen: set[int] = set()
    found: BaseException | None = error
    while found is not None and id(found) not in seen:
        seen.add(id(found))
        yield found
        found = found.__cause__ or (None if found.__suppress_context__ else found.__context__)
