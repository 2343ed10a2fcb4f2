"""Which step of an import is open."""

from recommender.models import RatingImport


class UnknownImport(LookupError):
    """No such import, or somebody else's."""


class ImportClosed(Exception):
    """The import is not in a state that allows it."""


def lock(rating_import: RatingImport, state: RatingImport.State) -> RatingImport:
    """Return the import, held until the end of the transaction; raise `ImportClosed` unless it is in this state."""
    held = RatingImport.objects.select_for_update().filter(pk=rating_import.pk).first()
    if held is None:
        raise UnknownImport("This import is gone; choose the file again.")
    if held.state != state:
        was = "not been applied yet" if held.state == RatingImport.State.REVIEW else f"already been {held.state}"
        raise ImportClosed(f"This import has {was}.")
    return held
