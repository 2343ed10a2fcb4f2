"""Amazon's SQS as a broker, through kombu's transport without its event loop (ADR 0027)."""

from botocore.exceptions import ClientError
from kombu.transport import SQS


class Transport(SQS.Transport):
    """Polls with boto3, so that an error reaches Celery, which connects again.

    In kombu's event loop the first refused or broken answer ends the polling for good, and the worker stays deaf.
    """

    connection_errors = (*SQS.Transport.connection_errors, ClientError)
    channel_errors = (*SQS.Transport.channel_errors, ClientError)
    implements = SQS.Transport.implements.extend(asynchronous=False)
