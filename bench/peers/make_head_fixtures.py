"""Makes test/runtime/fixtures/head-*.json: what scikit-learn's LogisticRegression learns of small data sets.

Run with: python bench/peers/make_head_fixtures.py   (needs scikit-learn and numpy)
Rows are bytes, divided by their length: both sides make the same unit vectors of them.
"""

import base64
import json
import pathlib

import numpy as np
import sklearn
from sklearn.datasets import load_digits
from sklearn.linear_model import LogisticRegression

FOLDER = pathlib.Path(__file__).parents[2] / "test" / "runtime" / "fixtures"
PROBABILITIES_KEPT = 40


def unit(rows: np.ndarray) -> np.ndarray:
    rows = rows.astype(np.float64)
    return rows / np.linalg.norm(rows, axis=1, keepdims=True)


def write(name: str, rows: np.ndarray, labels: np.ndarray, trained: int, pull: float, source: str) -> None:
    x = unit(rows)
    model = LogisticRegression(C=1 / pull, tol=1e-9, max_iter=100_000)
    model.fit(x[:trained], labels[:trained])
    guesses = model.predict_proba(x[trained:])
    fixture = {
        "source": f"{source}; scikit-learn {sklearn.__version__}, LogisticRegression(C={1 / pull}, tol=1e-9)",
        "classes": len(model.classes_),
        "width": rows.shape[1],
        "trained": trained,
        "pull": pull,
        "rows": base64.b64encode(rows.astype(np.uint8).tobytes()).decode(),
        "labels": labels.tolist(),
        "accuracy": float((guesses.argmax(1) == labels[trained:]).mean()),
        "probabilities": np.round(guesses[:PROBABILITIES_KEPT], 7).tolist(),
    }
    (FOLDER / f"head-{name}.json").write_text(json.dumps(fixture) + "\n")
    print(name, len(json.dumps(fixture)) // 1024, "KB, accuracy", fixture["accuracy"])


def clusters(seed: int, rows: int, width: int, classes: int, spread: float) -> tuple[np.ndarray, np.ndarray]:
    random = np.random.default_rng(seed)
    centres = random.normal(size=(classes, width)) * spread
    labels = random.integers(0, classes, rows)
    values = 128 + 30 * (centres[labels] + random.normal(size=(rows, width)))
    return np.clip(np.round(values), 0, 255).astype(np.uint8), labels


digits = load_digits()
write("digits", digits.data + 1, digits.target, 900, 0.1, "UCI handwritten digits (CC BY 4.0), each pixel + 1")
write("seven", *clusters(1, 600, 48, 7, 0.35), 400, 0.01, "seven clusters, default_rng(1)")
write("wide", *clusters(2, 300, 160, 4, 0.25), 60, 1.0, "four clusters, fewer rows than columns, default_rng(2)")
write("two", *clusters(3, 500, 24, 2, 0.3), 300, 0.5, "two clusters, default_rng(3)")
