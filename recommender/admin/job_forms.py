"""What the jobs that have arguments ask for."""

from typing import Any

from django import forms

from recommender.models import Job

SPLITS = (("random", "Random ratings of each rater"), ("temporal", "The newest ratings of each rater"))
MOST_SPLITS = 20


def algorithms() -> list[tuple[str, str]]:
    """Return the algorithms to choose from, with their defaults."""
    # Imported when a form is shown: it brings numerical libraries along.
    from recommender.services import training_options

    return [(option.name, _label(option.label, option.defaults)) for option in training_options.options()]


def _label(label: str, defaults: dict[str, Any]) -> str:
    words = {"n_factors": "rank", "regularization": "regularisation"}
    return label + "".join(f", {words[name]} {value:g}" for name, value in defaults.items())


class TrainForm(forms.Form):
    """One training; what is left empty is the algorithm's own default."""

    algorithm = forms.ChoiceField(choices=algorithms, initial="hybrid", help_text="With the defaults of each.")
    n_factors = forms.IntegerField(
        label="Rank", required=False, min_value=1, max_value=1000, help_text="Number of factors; empty for the default."
    )
    regularization = forms.FloatField(
        label="Regularisation", required=False, min_value=0, help_text="0 or more; empty for the default."
    )
    seed = forms.IntegerField(initial=0, min_value=0, max_value=2**31 - 1)

    def clean(self) -> dict[str, Any]:
        """Let the algorithm say what it refuses."""
        from recommender.services import training_options

        cleaned = super().clean() or {}
        if not self.errors:
            try:
                training_options.check(algorithm=cleaned["algorithm"], hyperparameters=self._hyperparameters(cleaned))
            except ValueError as error:
                raise forms.ValidationError(str(error)) from error
        return cleaned

    def arguments(self) -> dict[str, Any]:
        """Return the arguments of the job."""
        chosen = self.cleaned_data
        wanted = {"algorithm": chosen["algorithm"], "seed": chosen["seed"]}
        changed = self._hyperparameters(chosen)
        return wanted | ({"hyperparameters": changed} if changed else {})

    @staticmethod
    def _hyperparameters(cleaned: dict[str, Any]) -> dict[str, Any]:
        return {name: cleaned[name] for name in ("n_factors", "regularization") if cleaned.get(name) is not None}


class EvaluateForm(forms.Form):
    """One evaluation of some algorithms, or of all."""

    algorithms = forms.MultipleChoiceField(choices=algorithms, required=False, help_text="None chosen: all of them.")
    split = forms.ChoiceField(choices=SPLITS, help_text="Which ratings are held out.")
    n_splits = forms.IntegerField(label="Number of splits", initial=5, min_value=1, max_value=MOST_SPLITS)
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
HEADINGS: dict[str, str] = {Job.Kind.TRAIN: "Train", Job.Kind.EVALUATE: "Evaluate", Job.Kind.IMPORT: "Import"}
SIMPLE = (
    (Job.Kind.RETRAIN, "Retrain now"),
    (Job.Kind.SIMILAR_MOVIES, "Similar movies"),
    (Job.Kind.TITLE_INDEX, "Title index"),
    (Job.Kind.TMDB, "TMDB metadata"),
    (Job.Kind.SNAPSHOT, "Snapshot"),
)
