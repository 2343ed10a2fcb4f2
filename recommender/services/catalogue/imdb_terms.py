"""IMDb's terms, and whether they have been accepted here."""

from typing import Final

from django.conf import settings

from recommender.models import Job

TERMS: Final = (
    "IMDb's data files may be used for personal and non-commercial purposes only, and not be passed on "
    "(https://developer.imdb.com/non-commercial-datasets/, https://help.imdb.com/article/imdb/general-information/"
    "can-i-use-imdb-data-in-my-software/G5JTRESSHJBBHTGX). Information courtesy of IMDb (https://www.imdb.com), used "
    "with permission."
)


def accepted() -> bool:
    """Tell whether IMDb's terms have been accepted: by the setting, or by whoever started an earlier job."""
    return settings.IMDB_TERMS_ACCEPTED or Job.objects.filter(kind=Job.Kind.IMDB, arguments__accept_terms=True).exists()
