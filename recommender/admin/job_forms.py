"""Forms for the arguments of jobs."""

from math import isfinite
from typing import TYPE_CHECKING, Any, ClassVar

from django import forms

from recommender.admin import job_words
from recommender.models import Job
from recommender.services.catalogue import imdb_terms
from recommender.services.movielens import import_folders

if TYPE_CHECKING:
    from recommender.engine.model.search_space import Hyperparameter

SPLITS = (("random", "Random ratings of each rater"), ("temporal", "The newest ratings of each rater"))
MAX_SPLITS = 20


def best() -> str:
    """Return the default algorithm of a form."""
    from recommender.engine.algorithms.registry import BEST

    return BEST


def n_splits() -> int:
    """Return the default number of splits."""
    from recommender.engine.evaluation import N_SPLITS

    return N_SPLITS


def algorithms() -> list[tuple[str, str]]:
    """Return the algorithms to choose from."""
    # Imported only when a form is shown, because it imports numerical libraries.
    from recommender.services.training import train

    return [(option.name, option.label) for option in train.options()]


def algorithms_with_defaults() -> list[tuple[str, str]]:
    """Return the algorithms to choose from, with their defaults."""
    from recommender.services.training import train

    return [(option.name, _label(option.label, option.defaults)) for option in train.options()]


def _label(label: str, defaults: dict[str, Any]) -> str:
    words = job_words.pairs(defaults)
    return f"{label} ({words})" if words else label


class JobForm(forms.Form):
    """The arguments of a kind of job, checked as those of a command or a schedule are."""

    kind: ClassVar[Job.Kind]

    def clean(self) -> dict[str, Any]:
        """Check the arguments of the job, unless a field is wrong already."""
        # Imported when a form is sent: it brings numerical libraries along.
        from recommender.services import job_kinds

        cleaned = super().clean() or {}
        if not self.errors:
            try:
                self.arguments = job_kinds.checked(kind=self.kind, arguments=self.named(cleaned))
            except job_kinds.BadRequest as error:
                raise forms.ValidationError(str(error)) from error
        return cleaned

    def named(self, cleaned: dict[str, Any]) -> dict[str, Any]:
        """Return the arguments by the names that the job has for them."""
        return cleaned


class TrainForm(JobForm):
    """A training; fields left empty use the algorithm's defaults."""

    kind = Job.Kind.TRAIN
    algorithm = forms.ChoiceField(
        choices=algorithms_with_defaults, initial=best, help_text="Its defaults are in brackets."
    )
    seed = forms.IntegerField(
        initial=0, min_value=0, max_value=2**31 - 1, help_text="The same seed and ratings give the same model."
    )
    split = forms.ChoiceField(
        choices=SPLITS,
        help_text="Held out to compare the new version with the active one; the model itself learns from all.",
    )

    def __init__(self, *args: Any, **options: Any) -> None:
        from recommender.engine.algorithms.registry import OFFERED

        super().__init__(*args, **options)
        self._offered = [hyperparameter.name for hyperparameter in OFFERED]
        self.fields |= {hyperparameter.name: _field(hyperparameter) for hyperparameter in OFFERED}
        self.order_fields(["algorithm", *self._offered])

    def named(self, cleaned: dict[str, Any]) -> dict[str, Any]:
        """Put the hyper-parameters that are filled in together."""
        named = {name: value for name, value in cleaned.items() if name not in self._offered}
        filled_in = {name: cleaned[name] for name in self._offered if cleaned[name] is not None}
        return named | {"hyperparameters": filled_in}


def _field(hyperparameter: "Hyperparameter") -> forms.Field:
    limits = hyperparameter.limits
    number: Any = forms.IntegerField if limits.whole else forms.FloatField
    field: forms.Field = number(
        label=hyperparameter.label,
        required=False,
        min_value=limits.low,
        max_value=limits.high if isfinite(limits.high) else None,
        help_text=f"{hyperparameter.hint}; leave empty for the default.",
    )
    return field


class EvaluateForm(JobForm):
    """An evaluation of some or all algorithms."""

    kind = Job.Kind.EVALUATE
    algorithms = forms.MultipleChoiceField(
        choices=algorithms,
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text="Choose none to evaluate all.",
    )
    split = forms.ChoiceField(choices=SPLITS, help_text="Which ratings are held out.")
    n_splits = forms.IntegerField(
        label="Number of splits",
        initial=n_splits,
        min_value=1,
        max_value=MAX_SPLITS,
        help_text="More splits make the intervals a little narrower but take proportionally longer.",
    )
    seed = forms.IntegerField(label="Seed of the splits", initial=0, min_value=0, max_value=2**31 - 1)


class ImportForm(JobForm):
    """An import of a MovieLens release."""

    kind = Job.Kind.IMPORT
    path = forms.CharField(
        max_length=1000,
        help_text="Folder or zip of a MovieLens release in one of the IMPORT_FOLDERS, where the workers can read it.",
    )
    match_titles = forms.BooleanField(
        required=False,
        help_text="The release numbers its movies differently: map them by IMDb id, TMDB id, or title and year.",
    )

    def clean_path(self) -> str:
        """Refuse a path outside the folders of imports."""
        path: str = self.cleaned_data["path"]
        try:
            import_folders.check(path)
        except import_folders.OutsideFolders as error:
            raise forms.ValidationError(str(error)) from error
        return path


class ImdbForm(JobForm):
    """A fetch of IMDb's data files."""

    kind = Job.Kind.IMDB
    accept_terms = forms.BooleanField(label="Accept IMDb's terms", help_text=imdb_terms.TERMS)


FORMS: dict[str, type[JobForm]] = {form.kind: form for form in (TrainForm, EvaluateForm, ImportForm, ImdbForm)}
HEADINGS: dict[str, tuple[str, str]] = {
    Job.Kind.TRAIN: (
        "Train",
        "Train an algorithm on all ratings; the model goes into service unless it may rank worse than the active one.",
    ),
    Job.Kind.EVALUATE: ("Evaluate", "Measure algorithms with their defaults on ratings held out from them."),
    Job.Kind.IMPORT: ("Import", "Import a MovieLens release and remove what it no longer has."),
    Job.Kind.IMDB: (
        "IMDb catalogue",
        "Bring all films of IMDb's data files, their people and their votes into the catalogue, or update them.",
    ),
}
SIMPLE = (
    (
        Job.Kind.RETRAIN,
        "Retrain",
        "Retrain every model in service on the current ratings; then rebuild similar movies and the title index.",
    ),
    (Job.Kind.SIMILAR_MOVIES, "Similar movies", "Find the similar movies of every movie."),
    (Job.Kind.TITLE_INDEX, "Title index", "Rebuild the index that the title search uses."),
    (Job.Kind.TMDB, "TMDB metadata", "Fetch posters, overviews and other titles from The Movie Database."),
    (
        Job.Kind.NEW_MOVIES,
        "New movies",
        "Add new and coming movies from The Movie Database, and fetch again what has changed there.",
    ),
    (Job.Kind.DRIFT, "Drift", "Compare the last week of ratings with what the models in service learned from."),
    (Job.Kind.SNAPSHOT, "Snapshot", "Keep the current ratings as a file."),
)
SIMPLE_KINDS = frozenset(kind for kind, _, _ in SIMPLE)
