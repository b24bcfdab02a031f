"""Measures, the table that prints them, and the file that keeps them."""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from statistics import median, quantiles

from tests.bench.samples import Samples


@dataclass(frozen=True, slots=True)
class Measure:
    """A claim: the portal's figure beside its floor's. `bar` is the most that their ratio may be, or the figure itself
    where there is no floor; None: only shown."""

    name: str
    value: float
    unit: str
    floor: float | None = None
    bar: float | None = None

    @property
    def ratio(self) -> float | None:
        return self.value / self.floor if self.floor else None

    @property
    def holds(self) -> bool | None:
        if self.bar is None:
            return None
        return (self.value if self.floor is None else self.value / self.floor) <= self.bar

    def row(self) -> dict[str, object]:
        return {**asdict(self), "ratio": self.ratio, "holds": self.holds}


def of_samples(name: str, samples: Samples, bar: float | None = None) -> Measure:
    """A measure in milliseconds: the medians, since machines are noisy."""
    ours, floors = samples
    return Measure(name, median(ours) * 1000, "ms", median(floors) * 1000, bar)


def spread_of(name: str, samples: Samples, bar: float | None = None) -> list[Measure]:
    """Measures in milliseconds: p50, p95 and the most, of ours beside the floor's if there is one. `bar` is p95's."""
    ours, floors = (_spread(seconds) for seconds in samples)
    return [
        Measure(
            f"{name}, {part}",
            value * 1000,
            "ms",
            floors[part] * 1000 if floors else None,
            bar if part == "p95" else None,
        )
        for part, value in ours.items()
    ]


def _spread(seconds: list[float]) -> dict[str, float]:
    if not seconds:
        return {}
    return {"p50": median(seconds), "p95": quantiles(seconds, n=20, method="inclusive")[-1], "max": max(seconds)}


def print_table(measures: Sequence[Measure]) -> None:
    rows = [("claim", "figure", "floor", "ratio", "bar", "")]
    rows += [
        (
            measure.name,
            f"{measure.value:.1f} {measure.unit}",
            f"{measure.floor:.1f} {measure.unit}" if measure.floor is not None else "",
            f"{measure.ratio:.2f}" if measure.ratio is not None else "",
            f"≤ {measure.bar:g}" if measure.bar is not None else "",
            {True: "holds", False: "DOES NOT HOLD", None: ""}[measure.holds],
        )
        for measure in measures
    ]
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    for row in rows:
        print("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip())


def write(measures: Sequence[Measure], path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps([measure.row() for measure in measures], indent=2) + "\n")
