"""Writes fixtures/hdbscan.json: what hdbscan 0.8 (pip install hdbscan scikit-learn) finds in seeded mixtures."""
import json, pathlib
import numpy as np, hdbscan
from sklearn.datasets import make_blobs, make_moons

def cases():
    for seed, (n, d, centres, smallest) in enumerate([(120, 2, 3, 5), (300, 8, 6, 10), (400, 16, 10, 8)]):
        x, _ = make_blobs(n, n_features=d, centers=centres, cluster_std=1.5, random_state=seed)
        yield f'blobs {n} x {d}', x, smallest
    x, _ = make_moons(250, noise=0.08, random_state=5)
    yield 'moons', x, 10
    rng = np.random.default_rng(7)
    yield 'noise alone', rng.random((150, 3)), 6
    uneven = np.vstack([rng.normal(0, .2, (200, 4)), rng.normal(3, 1.0, (40, 4)), rng.normal(-4, .5, (12, 4))])
    yield 'uneven', uneven, 6

out = []
for name, x, smallest in cases():
    x = np.round(x.astype(np.float32), 4).astype(np.float32)
    for how in ('eom', 'leaf'):
        h = hdbscan.HDBSCAN(min_cluster_size=smallest, cluster_selection_method=how, algorithm='generic').fit(x.astype(np.float64))
        # Equal weights leave the tree open: points for which the order of the rows matters to the reference are ties.
        apart = np.zeros(len(x))
        for seed in range(20):
            order = np.random.default_rng(seed).permutation(len(x))
            o = hdbscan.HDBSCAN(min_cluster_size=smallest, cluster_selection_method=how, algorithm=('generic', 'boruvka_kdtree')[seed % 2],
                                approx_min_span_tree=False)
            o.fit(x[order].astype(np.float64))
            apart[order] += np.abs(o.probabilities_ - h.probabilities_[order])
            apart[order] += np.abs(o.outlier_scores_ - h.outlier_scores_[order])
        ties = np.where(apart > 1e-6)[0].tolist()
        out.append(dict(ties=ties, name=name, selection='excess of mass' if how == 'eom' else 'leaf', smallest=smallest,
                        rows=x.shape[0], columns=x.shape[1], data=[round(float(v), 4) for v in x.ravel()] if how == 'eom' else None,
                        labels=h.labels_.tolist(), membership=[round(float(v), 6) for v in h.probabilities_],
                        outlierness=[round(float(v), 6) for v in h.outlier_scores_]))
pathlib.Path(__file__).parent.joinpath('fixtures/hdbscan.json').write_text(json.dumps(out, separators=(',', ':')) + '\n')
