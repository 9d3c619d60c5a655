"""Writes fixtures/*.json: what hdbscan 0.8 and scikit-learn 1.9 (pip install hdbscan scikit-learn) find in seeded data."""
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

# fixtures/agglomerative.json: what scikit-learn's AgglomerativeClustering finds; heights of all merges, sorted.
from sklearn.cluster import AgglomerativeClustering, KMeans
out = []
for seed, (n, d, centres) in enumerate([(60, 3, 4), (150, 8, 6)]):
    x, _ = make_blobs(n, n_features=d, centers=centres, cluster_std=2.0, random_state=10 + seed)
    x = np.round(x, 4).astype(np.float32).astype(np.float64)
    sides = x / np.linalg.norm(x, axis=1, keepdims=True)
    for linkage, rows, metric in [('ward', x, 'euclidean'), ('average', sides, 'cosine'), ('average distance', x, 'euclidean'),
                                  ('complete', x, 'euclidean'), ('single', x, 'euclidean')]:
        how = dict(linkage=linkage.split()[0], metric=metric, compute_distances=True)
        groups = {k: AgglomerativeClustering(n_clusters=k, **how).fit(rows).labels_.tolist() for k in (2, centres, 12)}
        heights = np.sort(AgglomerativeClustering(n_clusters=1, **how).fit(rows).distances_)
        out.append(dict(linkage=linkage, rows=n, columns=d, groups=groups, heights=[round(float(h), 5) for h in heights],
                        data=[round(float(v), 4) for v in x.ravel()] if linkage == 'ward' else None, isUnit=metric == 'cosine'))
pathlib.Path(__file__).parent.joinpath('fixtures/agglomerative.json').write_text(json.dumps(out, separators=(',', ':')) + '\n')

# fixtures/kmeans.json: scikit-learn's best of 20 starts.
x, _ = make_blobs(300, n_features=5, centers=7, cluster_std=1.0, random_state=3)
x = np.round(x, 4).astype(np.float32)
k = KMeans(7, n_init=20, random_state=0).fit(x.astype(np.float64))
pathlib.Path(__file__).parent.joinpath('fixtures/kmeans.json').write_text(json.dumps(dict(
    rows=300, columns=5, clusters=7, data=[round(float(v), 4) for v in x.ravel()], labels=k.labels_.tolist(), inertia=round(k.inertia_, 4)), separators=(',', ':')) + '\n')
