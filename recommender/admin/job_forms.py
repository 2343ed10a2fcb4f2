"""What the jobs that have arguments ask for."""

from math import isfinite
from typing import TYPE_CHECKING, Any

from django import forms

from recommender.admin import job_words
from recommender.models import Job

if TYPE_CHECKING:
    from recommender.engine.model.search_space import Hyperparameter

SPLITS = (("random", "Random ratings of each rater"), ("temporal", "The newest ratings of each rater"))
MOST_SPLITS = 20


def best() -> str:
    """Return the algorithm that a form proposes."""
    from recommender.engine.algorithms.registry import BEST

    return BEST


def n_splits() -> int:
    """Return how many splits a form proposes."""
    from recommender.engine.evaluation import N_SPLITS

    return N_SPLITS


def algorithms() -> list[tuple[str, str]]:
    """Return the algorithms to choose from."""
    # Imported when a form is shown: it brings numerical libraries along.
    from recommender.services.training import train

    return [(option.name, option.label) for option in train.options()]


def algorithms_with_defaults() -> list[tuple[str, str]]:
    """Return the algorithms to choose from, with their defaults."""
    from recommender.services.training import train

    return [(option.name, _label(option.label, option.defaults)) for option in train.options()]


def _label(label: str, defaults: dict[str, Any]) -> str:
    told = job_words.pairs(defaults)
    return f"{label} ({told})" if told else label


class TrainForm(forms.Form):
    """One training; what is left empty is the algorithm's own default."""

    algorithm = forms.ChoiceField(
        choices=algorithms_with_defaults, initial=best, help_text="The numbers are its defaults."
    )
    seed = forms.IntegerField(
        initial=0, min_value=0, max_value=2**31 - 1, help_text="The same seed and ratings give the same model."
    )
    split = forms.ChoiceField(
        choices=SPLITS,
        help_text="Held out to compare the new version with the one in service; the model itself learns from all.",
    )

    def __init__(self, *args: Any, **options: Any) -> None:
        from recommender.engine.algorithms.registry import OFFERED

        super().__init__(*args, **options)
        self._offered = [hyperparameter.name for hyperparameter in OFFERED]
        self.fields |= {hyperparameter.name: _field(hyperparameter) for hyperparameter in OFFERED}
        self.order_fields(["algorithm", *self._offered])

    def clean(self) -> dict[str, Any]:
        """Let the algorithm say what it refuses."""
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
        help_text=f"{hyperparameter.hint}; empty: the default.",
    )
    return field


class EvaluateForm(forms.Form):
    """One evaluation of some algorithms, or of all."""

    algorithms = forms.MultipleChoiceField(
        choices=algorithms, required=False, widget=forms.CheckboxSelectMultiple, help_text="None chosen: all of them."
    )
    split = forms.ChoiceField(choices=SPLITS, help_text="Which ratings are held out.")
    n_splits = forms.IntegerField(
        label="Number of splits",
        initial=n_splits,
        min_value=1,
        max_value=MOST_SPLITS,
        help_text="More make the intervals a little narrower and take as many times as long.",
    )
    seed = forms.IntegerField(label="Seed of the splits", initial=0, min_value=0, max_value=2**31 - 1)

    def arguments(self) -> dict[str, Any]:
        """Return the arguments of the job."""
        return dict(self.cleaned_data)


class ImportForm(forms.Form):
    """One import of a MovieLens release."""

    path = forms.CharField(max_length=1000, help_text="Folder or zip of a MovieLens release, as the workers see it.")

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
        "One algorithm on all ratings; it goes into service unless it may rank worse than before.",
    ),
    Job.Kind.EVALUATE: ("Evaluate", "Measure algorithms with their defaults on ratings held out from them."),
    Job.Kind.IMPORT: ("Import", "Bring the database up to a MovieLens release."),
}
SIMPLE = (
    (
        Job.Kind.RETRAIN,
        "Retrain",
        "Every model in service, on the current ratings; then similar movies and titles.",
    ),
    (Job.Kind.SIMILAR_MOVIES, "Similar movies", "Compare all movies by who rated them."),
    (Job.Kind.TITLE_INDEX, "Title index", "What the search looks in."),
    (Job.Kind.TMDB, "TMDB metadata", "Posters, overviews and other titles from The Movie Database."),
    (Job.Kind.SNAPSHOT, "Snapshot", "Keep the current ratings as a file."),
)
SIMPLE_KINDS = frozenset(kind for kind, _, _ in SIMPLE)
