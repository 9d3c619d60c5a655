"""Times scikit-learn's LogisticRegression on the rows that bench/head.ts left in a folder."""

import json
import pathlib
import sys
import time

import numpy as np
from sklearn.linear_model import LogisticRegression

folder, width = pathlib.Path(sys.argv[1]), int(sys.argv[2])
rows = np.fromfile(folder / "rows", np.float32).reshape(-1, width)
classes = np.fromfile(folder / "classes", np.int32)
seconds = []
for _ in range(3):
    start = time.perf_counter()
    model = LogisticRegression(C=1, max_iter=1000).fit(rows, classes)
    seconds.append(time.perf_counter() - start)
guesses = model.predict_proba(rows)
loss = -np.log(guesses[np.arange(len(classes)), classes]).sum() + (model.coef_**2).sum() / 2
print(
    json.dumps(
        {
            "seconds": sorted(seconds)[1],
            "accuracy": float((guesses.argmax(1) == classes).mean()),
            "loss": float(loss / len(classes)),
        }
    )
)
