"""What jobs cost and how long they take, expected and actual, in words."""

from django.conf import settings

from recommender.models import Job
from recommender.services.jobs.forecast import Forecast

NO_FORECAST = "no forecast yet"
MINUTE, HOUR = 60, 3600
CENT = 0.01


def duration(seconds: float) -> str:
    """Return a duration such as 1 h 05 min, 3 min 20 s or 12 s."""
    whole = round(seconds)
    if whole >= HOUR:
        return f"{whole // HOUR} h {whole % HOUR // MINUTE:02} min"
    return f"{whole // MINUTE} min {whole % MINUTE:02} s" if whole >= MINUTE else f"{whole} s"


def cost(machine_seconds: float) -> str:
    """Return what seconds of a machine cost, such as "0.13 USD"; empty without a PRICE_PER_HOUR."""
    if not settings.PRICE_PER_HOUR:
        return ""
    price = machine_seconds / HOUR * settings.PRICE_PER_HOUR
    amount = f"less than {CENT}" if 0 < price < CENT else f"{price:,.2f}"
    return f"{amount} {settings.PRICE_CURRENCY}".strip()


def in_words(forecast: Forecast | None) -> str:
    """Return what is expected of a job that has not been started: "about 3 min 20 s, 0.02 USD"."""
    return _both(f"about {duration(forecast.seconds)}", cost(forecast.machine_seconds)) if forecast else NO_FORECAST


def expected(job: Job) -> str:
    """Return what was expected of a job."""
    if job.forecast_seconds is None or job.forecast is None:
        return NO_FORECAST
    return in_words(Forecast(job.forecast_seconds, job.forecast["stages"], job.forecast["machine_seconds"]))


def actual(job: Job) -> str:
    """Return what became of it: "3 min 05 s, 0.02 USD, 4 % less than expected"; empty until it has succeeded."""
    if job.state != Job.State.SUCCEEDED or job.duration is None:
        return ""
    words = _both(duration(job.duration.total_seconds()), cost(job.machine_seconds or 0.0))
    return _both(words, error(job))


def error(job: Job) -> str:
    """Return how far off the forecast was: "4 % less than expected"; empty without one."""
    found = job.forecast_error
    return "" if found is None else f"{abs(100 * found):.0f} % {'more' if found > 0 else 'less'} than expected"


def _both(one: str, other: str) -> str:
    return ", ".join(filter(None, (one, other)))
