"""OpenTelemetry and Sentry: off unless their settings are set, and installed as extras."""

from django.core.exceptions import ImproperlyConfigured

from movierec_site import env


def start() -> None:
    """Start what the settings ask for; call this once in a process, before the site is loaded.

    Raises
    ------
    ImproperlyConfigured
        If a setting asks for something that is not installed.
    """
    dsn = env.secret("SENTRY_DSN")
    if dsn:
        _sentry(dsn)
    if env.text("OTEL_EXPORTER_OTLP_ENDPOINT"):
        _opentelemetry()


def _sentry(dsn: str) -> None:
    try:
        import sentry_sdk
    except ImportError as error:
        raise _missing("SENTRY_DSN", "sentry") from error
    sentry_sdk.init(dsn, send_default_pii=False, traces_sample_rate=0.0)


def _opentelemetry() -> None:
    """Trace requests, queries and tasks; the SDK reads its other settings from OTEL_ variables itself."""
    try:
        from opentelemetry import trace
        from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
        from opentelemetry.instrumentation.celery import CeleryInstrumentor
        from opentelemetry.instrumentation.django import DjangoInstrumentor
        from opentelemetry.instrumentation.psycopg import PsycopgInstrumentor
        from opentelemetry.sdk.resources import Resource
        from opentelemetry.sdk.trace import TracerProvider
        from opentelemetry.sdk.trace.export import BatchSpanProcessor
    except ImportError as error:
        raise _missing("OTEL_EXPORTER_OTLP_ENDPOINT", "otel") from error
    provider = TracerProvider(resource=Resource.create({"service.name": env.text("OTEL_SERVICE_NAME", "movierec")}))
    provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter()))
    trace.set_tracer_provider(provider)
    for instrumentor in (DjangoInstrumentor(), PsycopgInstrumentor(), CeleryInstrumentor()):  # type: ignore[no-untyped-call]
        instrumentor.instrument()


def _missing(setting: str, extra: str) -> ImproperlyConfigured:
    return ImproperlyConfigured(f"{setting} is set; install what it needs: pip install 'movierec[{extra}]'.")
