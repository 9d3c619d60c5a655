"""Makes test/query/fixtures/scikit-activeml.json: what scikit-activeml 1.0.1 gives for sixty made-up images.

python3 -m venv v && v/bin/pip install scikit-activeml==1.0.1 && v/bin/python test/query/make_fixtures.py
"""

import json
import pathlib

import numpy as np
from skactiveml.pool import (
    CoreSet,
    MaxHerding,
    batch_bald,
    uncertainty_scores,
    variation_ratios,
    vote_entropy,
)

images, width, classes, heads, labelled, budget = 60, 6, 4, 5, 5, 8
chance = np.random.default_rng(11)
rows = chance.normal(size=(images + labelled, width))
rows = (rows / np.linalg.norm(rows, axis=1, keepdims=True)).astype(np.float32)
guesses = np.exp(2 * chance.normal(size=(heads, images, classes)))
guesses = (guesses / guesses.sum(axis=2, keepdims=True)).astype(np.float32)
first = guesses[0].astype(np.float64)
first /= first.sum(axis=1, keepdims=True)
votes = guesses.argmax(axis=2).T
# The labelled ones come last, so that an image has the same place here and there.
known = np.full(images + labelled, np.nan)
known[images:] = 0


def chosen(strategy):
    return strategy.query(rows, known, batch_size=budget).tolist()


given = {
    "rows": rows[:images].tolist(),
    "labelled": rows[images:].tolist(),
    "heads": guesses.tolist(),
    "scores": {
        "least-confidence": uncertainty_scores(first, method="least_confident").tolist(),
        "margin": uncertainty_scores(first, method="margin_sampling").tolist(),
        "entropy": (uncertainty_scores(first, method="entropy") / np.log(classes)).tolist(),
        "variation-ratio": variation_ratios(votes).tolist(),
        "disagreement": (vote_entropy(votes, np.arange(classes)) / np.log(classes)).tolist(),
        "bald": (batch_bald(guesses.astype(np.float64), 1)[0] / np.log(classes)).tolist(),
    },
    "chosen": {
        "k-center": chosen(CoreSet()),
        "herding": chosen(MaxHerding(normalize_samples=False, metric="rbf", metric_dict={"gamma": 1})),
    },
}


def rounded(value):
    if isinstance(value, dict):
        return {key: rounded(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [rounded(inner) for inner in value]
    return round(value, 7) if isinstance(value, float) else value


path = pathlib.Path(__file__).parent / "fixtures" / "scikit-activeml.json"
path.write_text(json.dumps(rounded(given)) + "\n")
