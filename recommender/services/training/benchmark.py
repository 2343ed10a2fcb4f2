"""Benchmark algorithms by published protocols on folders of ratings; every finished fit is kept and used again."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

from django.conf import settings

from recommender.engine.algorithms.registry import ALGORITHMS
from recommender.engine.algorithms.registry import algorithm as registered
from recommender.engine.evaluation import MAX_IN_PARALLEL, CannotEvaluate
from recommender.engine.evaluation.protocols import PROTOCOLS, PUBLISHED_MEASURES, Protocol
from recommender.engine.evaluation.protocols.figures import Figures, figures
from recommender.engine.evaluation.protocols.popularity import Popularity
from recommender.engine.evaluation.protocols.protocol import fingerprint
from recommender.engine.evaluation.protocols.published_splits import published
from recommender.engine.evaluation.protocols.sums import Measured, measure
from recommender.engine.evaluation.side_by_side import SideBySide
from recommender.engine.model.model import Algorithm
from recommender.engine.progress import OnProgress
from recommender.services.training import benchmark_data as data
from recommender.services.training import split_files
from recommender.services.training.benchmark_progress import Fit, Pace, Report, no_report
from recommender.services.training.kept_fits import KeptFits

PUBLISHED = "published"
WITH_FILES = ("five-folds", PUBLISHED)
NAMES = (*PROTOCOLS, PUBLISHED)
BASELINES = ("mean", Popularity.name)
AVAILABLE: dict[str, Algorithm] = {**ALGORITHMS, Popularity.name: Popularity()}


@dataclass(frozen=True, slots=True)
class Wanted:
    """A protocol by name, and the files of a published split."""

    protocol: str
    files: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, eq=False)
class Run:
    """One protocol on one dataset."""

    data: data.Data
    protocol: Protocol


@dataclass(frozen=True, slots=True)
class Benchmark:
    """The figures of all runs, and how many fits they took.

    Attributes
    ----------
    runs : sequence of (Run, Figures)
    n_fits, n_kept : int
        How many fits there are, and how many of them an earlier benchmark had finished.
    """

    runs: tuple[tuple[Run, Figures], ...]
    n_fits: int
    n_kept: int


def benchmark(
    *,
    folders: Sequence[Path],
    wanted: Sequence[Wanted] = (),
    algorithms: Sequence[str] = (),
    baselines: Sequence[str] = BASELINES,
    seed: int = 0,
    max_raters: int | None = None,
    lowest_stars: float = 0.0,
    core: int = 0,
    keep_in: Path | None = None,
    on_progress: Report = no_report,
) -> Benchmark:
    """Measure algorithms by every protocol on every folder.

    Parameters
    ----------
    folders : sequence of Path
        Folders or zips of MovieLens releases; with files of a published split, any folder.
    wanted : sequence of Wanted
        By default all protocols that need no files.
    algorithms : sequence of str
        By default all of the registry. Baselines are measured with them.
    baselines : sequence of str
        Algorithms of the registry, or "popularity".
    seed : int
    max_raters : int, optional
        Measure a random sample of so many raters of each split.
    lowest_stars : float
        Drop ratings of fewer stars first.
    core : int
        Then keep only raters and movies with so many ratings.
    keep_in : Path, optional
        Folder for finished fits, by default `benchmark` in the data folder.
    on_progress : callable, optional
        Called with the share done, what is being done and the seconds left; it may raise to cancel.

    Raises
    ------
    CannotEvaluate
        If a protocol is unknown, or the ratings do not allow it.
    UnknownAlgorithm
        If an algorithm is not in the registry.
    DatasetError
        If a folder or a file cannot be read.
    """
    chosen = _algorithms(algorithms, baselines)
    on_progress(0.0, "Reading ratings")
    runs = _runs(folders, wanted or [Wanted(name) for name in PROTOCOLS], lowest_stars, core)
    planned = [
        Fit(run.data.name, run.protocol.name, name)
        for run in runs
        for _ in range(run.protocol.n_rounds)
        for name in chosen
    ]
    pace = Pace(planned, on_progress)
    kept = KeptFits(keep_in or settings.DATA_DIR / "benchmark")
    outcomes = []
    for run in runs:
        measured = _measured(run, chosen, kept, pace, seed=seed, max_raters=max_raters)
        outcomes.append((run, figures(measured, run.protocol.measures, tuple(dict.fromkeys(baselines)), seed=seed)))
    return Benchmark(tuple(outcomes), len(planned), kept.n_used)


def _algorithms(names: Sequence[str], baselines: Sequence[str]) -> dict[str, Algorithm]:
    wanted = dict.fromkeys([*baselines, *(names or ALGORITHMS)])
    return {name: AVAILABLE[name] if name == Popularity.name else registered(name) for name in wanted}


def _runs(folders: Sequence[Path], wanted: Sequence[Wanted], lowest_stars: float, core: int) -> list[Run]:
    for each in wanted:
        if each.protocol not in NAMES:
            raise CannotEvaluate(f"Unknown protocol {each.protocol!r}: choose from {', '.join(NAMES)}.")
        if each.files and each.protocol not in WITH_FILES:
            raise CannotEvaluate(f"{each.protocol} makes its own split and takes no files.")
        if each.protocol == PUBLISHED and not each.files:
            raise CannotEvaluate("published needs the files of a split: train and test, or train, valid and test.")
        if each.files and (lowest_stars or core):
            raise CannotEvaluate(
                "The files of a published split are taken as they are: leave out --at-least and --core."
            )
    runs = []
    for folder in folders:
        release = data.release(folder, required=any(not each.files for each in wanted))
        whole = data.prepared(folder, release, lowest_stars, core) if release else None
        for each in wanted:
            if each.files:
                runs.append(_run_of_files(folder, each, release))
            elif whole is not None:
                runs.append(Run(whole, PROTOCOLS[each.protocol]))
    return runs


def _run_of_files(folder: Path, wanted: Wanted, release: data.Release | None) -> Run:
    paths = split_files.find(wanted.files, folder)
    ratings, movies, files = split_files.read(paths, *(release or (None, None)))
    names = ", ".join(path.name for path in paths)
    found = data.Data(data.name_of(folder), ratings, movies)
    if wanted.protocol == PUBLISHED:
        splits = split_files.in_order(files)
        description = (
            f"The published split {names}. Relevant is every held-out rating, or only those of at least 4 stars."
        )
        if len(files) == 3:
            description += " Nothing is learned from the validation part; its movies are left out of lists."
        return Run(found, Protocol(PUBLISHED, description, 1, partial(published, splits), PUBLISHED_MEASURES))
    splits = split_files.folds(paths, files)
    protocol = replace(
        PROTOCOLS[wanted.protocol],
        description=f"The published folds {names}. {PROTOCOLS[wanted.protocol].description}",
        n_rounds=len(splits),
        rounds=partial(published, splits),
    )
    return Run(found, protocol)


def _measured(
    run: Run, algorithms: Mapping[str, Algorithm], kept: KeptFits, pace: Pace, *, seed: int, max_raters: int | None
) -> dict[str, list[Measured]]:
    """Measure all algorithms in all rounds, several fits at a time."""
    protocol, ratings = run.protocol, run.data.ratings
    n_workers = settings.N_THREADS if ratings.n_ratings <= MAX_IN_PARALLEL else 1
    n_threads = max(settings.N_THREADS // n_workers, 1)
    pieces = SideBySide[Measured](
        protocol.n_rounds * len(algorithms),
        n_workers=n_workers,
        on_progress=lambda _: pace.report(run.data.name, protocol.name, n_workers),
    )
    options: dict[str, Any] = {"seed": seed, "n_threads": n_threads, "max_raters": max_raters}
    costly_first = list(algorithms)[::-1]  # so that the time left is overestimated at first, rather than under
    with pieces:
        for splits in protocol.rounds(ratings, run.data.movies, seed):
            known = fingerprint(splits)
            for name in costly_first:
                algorithm = algorithms[name]
                about = {
                    "splits": known,
                    "measures": [each.name for each in protocol.measures],
                    "algorithm": algorithm,
                    "seed": seed,
                    "raters": max_raters,
                }
                fit = Fit(run.data.name, protocol.name, name)
                work = partial(measure, algorithm, splits, protocol.measures, **options)

                def piece(
                    report: OnProgress, work: Any = work, about: Any = about, fit: Fit = fit, names: Any = tuple(splits)
                ) -> Measured:
                    done = kept.get_or_make(about, names, lambda: work(on_progress=report))
                    pace.finished(fit, done.seconds)
                    return done

                pieces.start(piece)
        measured = list(pieces.results())
    return {name: measured[costly_first.index(name) :: len(algorithms)] for name in algorithms}
