"""The figures of a benchmark as JSON, as Markdown, and in one sentence."""

from typing import Any

from recommender.engine.evaluation.protocols.markdown import tables
from recommender.services.training.benchmark import Benchmark, Run


def to_json(outcome: Benchmark, *, seed: int) -> dict[str, Any]:
    """Return ``{"seed", "runs"}`` of plain values; a run has its dataset, protocol and figures."""
    return {
        "seed": seed,
        "runs": [
            {
                "dataset": run.data.name,
                "ratings": run.data.ratings.n_ratings,
                "protocol": run.protocol.name,
                "description": run.protocol.description,
                "rounds": run.protocol.n_rounds,
                **figures.to_json(),
            }
            for run, figures in outcome.runs
        ],
    }


def to_markdown(outcome: Benchmark) -> str:
    """Return a section of tables for every dataset and protocol."""
    parts = []
    for run, figures in outcome.runs:
        counts = sorted(set(figures.n_raters.values()))
        raters = f"{counts[0]:,}" if len(counts) == 1 else f"{counts[0]:,} to {counts[-1]:,}"
        rounds = f", mean of {run.protocol.n_rounds} rounds" if run.protocol.n_rounds > 1 else ""
        parts += [
            f"## {run.protocol.name} on {run.data.name}",
            f"{run.protocol.description} {_size(run)}; {raters} raters measured{rounds}.",
            tables(figures, run.protocol.measures),
        ]
    return "\n\n".join(parts) + "\n"


def summary(outcome: Benchmark) -> str:
    """Return what has been done."""
    algorithms = {name for _, figures in outcome.runs for name in figures.algorithms}
    protocols = {run.protocol.name for run, _ in outcome.runs}
    datasets = {run.data.name for run, _ in outcome.runs}
    kept = f", {outcome.n_kept} of them kept from before" if outcome.n_kept else ""
    return (
        f"Benchmarked {_count(len(algorithms), 'algorithm')} by {_count(len(protocols), 'protocol')} on "
        f"{_count(len(datasets), 'dataset')}: {_count(outcome.n_fits, 'fit')}{kept}"
    )


def _size(run: Run) -> str:
    ratings = run.data.ratings
    return f"{ratings.n_ratings:,} ratings by {ratings.n_raters:,} raters"


def _count(number: int, noun: str) -> str:
    return f"{number:,} {noun}" + ("s" if number != 1 else "")
