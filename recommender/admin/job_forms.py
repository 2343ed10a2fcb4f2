"""Forms for the arguments of jobs."""

from math import isfinite
from typing import TYPE_CHECKING, Any

from django import forms

from recommender.admin import job_words
from recommender.models import Job

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


class TrainForm(forms.Form):
    """A training; fields left empty use the algorithm's defaults."""

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

    def clean(self) -> dict[str, Any]:
        """Let the algorithm check its hyper-parameters."""
        from recommender.services.training import train

        cleaned = super().clean() or {}
        if not self.errors:
            try:
                train.check(algorithm=cleaned["algorithm"], hyperparameters=self._hyperparameters(cleaned))
            except ValueError as error:
                raise forms.ValidationError(str(error)) from error
        return cleaned

    def arguments(self) -> dict[str, Any]:
        """Return the arguments of the job."""
        chosen = self.cleaned_data
        named = {name: chosen[name] for name in ("algorithm", "seed", "split")}
        return named | {"hyperparameters": self._hyperparameters(chosen)}

    def _hyperparameters(self, cleaned: dict[str, Any]) -> dict[str, Any]:
        return {name: cleaned[name] for name in self._offered if cleaned.get(name) is not None}


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


class EvaluateForm(forms.Form):
    """An evaluation of some or all algorithms."""

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

    def arguments(self) -> dict[str, Any]:
        """Return the arguments of the job."""
        return dict(self.cleaned_data)


class ImportForm(forms.Form):
    """An import of a MovieLens release."""

    path = forms.CharField(
        max_length=1000, help_text="Folder or zip of a MovieLens release, at a path that the workers can read."
    )

    def arguments(self) -> dict[str, Any]:
        """Return the arguments of the job."""
        return dict(self.cleaned_data)


FORMS: dict[str, type[TrainForm] | type[EvaluateForm] | type[ImportForm]] = {
    Job.Kind.TRAIN: TrainForm,
    Job.Kind.EVALUATE: EvaluateForm,
    Job.Kind.IMPORT: ImportForm,
}
HEADINGS: dict[str, tuple[str, str]] = {
    Job.Kind.TRAIN: (
        "Train",
        "Train an algorithm on all ratings; the model goes into service unless it may rank worse than the active one.",
    ),
    Job.Kind.EVALUATE: ("Evaluate", "Measure algorithms with their defaults on ratings held out from them."),
    Job.Kind.IMPORT: ("Import", "Import a MovieLens release and remove what it no longer has."),
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
    (Job.Kind.SNAPSHOT, "Snapshot", "Keep the current ratings as a file."),
)
SIMPLE_KINDS = frozenset(kind for kind, _, _ in SIMPLE)
