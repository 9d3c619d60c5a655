"""Seconds of Python's hdbscan on the rows of a file: annotate.py FILE COLUMNS SMALLEST (pip install hdbscan)."""
import json, sys, time
import numpy as np, hdbscan
rows = np.fromfile(sys.argv[1], '<f4').reshape(-1, int(sys.argv[2])).astype(np.float64)
hdbscan.HDBSCAN(min_cluster_size=5).fit(rows[:200])
start = time.perf_counter()
found = hdbscan.HDBSCAN(min_cluster_size=int(sys.argv[3]), approx_min_span_tree=False, core_dist_n_jobs=2).fit(rows)
seconds = time.perf_counter() - start
print(json.dumps(dict(seconds=seconds, labels=found.labels_.tolist())))
