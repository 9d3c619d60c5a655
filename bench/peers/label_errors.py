"""What cleanlab, and a plain vote of ten neighbours (SimiFeat), say of the labels that bench/suspects.ts left."""

import json
import pathlib
import sys

import numpy as np
from cleanlab.filter import find_label_issues
from cleanlab.rank import get_label_quality_scores

neighbours = 10
folder, width, classes = pathlib.Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3])
rows = np.fromfile(folder / "rows", np.float32).reshape(-1, width)
labels = np.fromfile(folder / "labels", np.int32)
guesses = np.fromfile(folder / "probabilities", np.float32).reshape(-1, classes).astype(float)
guesses /= guesses.sum(1, keepdims=True)

rows /= np.linalg.norm(rows, axis=1, keepdims=True)
likeness = rows @ rows.T
np.fill_diagonal(likeness, -2)
near = np.argpartition(-likeness, neighbours, axis=1)[:, :neighbours]
votes = np.stack([(labels[near] == c).sum(1) for c in range(classes)], axis=1)
agreeing = votes[np.arange(len(labels)), labels] / neighbours

print(
    json.dumps(
        {
            "cleanlab": {
                "quality": get_label_quality_scores(labels, guesses).tolist(),
                "flagged": find_label_issues(labels, guesses).tolist(),
            },
            "vote": {
                "quality": agreeing.tolist(),
                "flagged": (votes.argmax(1) != labels).tolist(),
            },
        }
    )
)
