"""Which cases want the same, when nobody has said so: found by their standard answers, else by their words.

Agents paste the same lines for the same request. Cases answered with the same standard answer are one cluster; those
answered by hand join the one that they are most like. Where answers share too little, k-means on questions and answers
with the best silhouette does it (Rousseeuw, Silhouettes, 1987).
"""

from collections.abc import Sequence
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray
from scipy.cluster.hierarchy import leaves_list, linkage
from scipy.sparse import csr_matrix, hstack
from scipy.sparse.csgraph import connected_components

from salver.models.grams import Grams, TfIdf

Places: TypeAlias = NDArray[np.int64]
Vectors: TypeAlias = NDArray[np.float64]

MOST_CLUSTERS = 120
_SAME_LINE = 0.7
"""The cosine of n-grams from which two lines are one: a name or a number in it differs."""
_TOGETHER = 0.6
"""Two lines are of one standard answer when this share of the answers with either holds both."""
_BESIDE = 0.6
"""A standard answer tells nothing when more than this share of its answers holds another one too."""
_LEAST_WORDS = 8
_LEAST_CASES = 4
_ENOUGH = 0.3
"""The share of cases with standard answers from which these alone make the clusters."""
_DIMENSIONS = 50
_LOOKED_AT = 5_000
"""In larger archives clusters are found among so many cases, spread evenly; the others join the nearest."""
_BLOCK = 500


def cluster(questions: Sequence[str], answers: Sequence[str]) -> Places:
    """For each case the number of its cluster, (n,) from 0; clusters with near numbers are alike."""
    n = len(questions)
    if n < 2 * _LEAST_CASES:
        return np.zeros(n, dtype=np.int64)
    grams = Grams()
    vectors = _dense(csr_matrix(hstack([_weighed(questions, grams), _weighed(answers, grams)])))
    looked = np.unique(np.linspace(0, n - 1, min(n, _LOOKED_AT)).astype(np.int64))
    seeds = np.full(n, -1, dtype=np.int64)
    found = standard_answers([answers[i] for i in looked], grams)
    enough = (found >= 0).mean() >= _ENOUGH and found.max() > 0
    seeds[looked] = found if enough else _by_silhouette(vectors[looked])
    return _in_order(_joined(vectors, _fewer(vectors, seeds)), vectors)


def standard_answers(answers: Sequence[str], grams: Grams) -> Places:
    """For each answer the number of the standard answer that most of it is, (n,), or -1 where it is none.

    Lines that are nearly the same are one; lines that mostly stand together are one standard answer. One that mostly
    stands beside others, such as a closing sentence, tells nothing.
    """
    lines = [(at, line) for at, answer in enumerate(answers) for line in answer.split("\n")]
    lines = [(at, line) for at, line in lines if len(line.split()) >= _LEAST_WORDS]
    if not lines:
        return np.full(len(answers), -1, dtype=np.int64)
    owner = np.array([at for at, _ in lines])
    words = np.array([len(line.split()) for _, line in lines], dtype=np.float64)
    group = _same(_weighed([line for _, line in lines], grams))
    held = csr_matrix((words, (owner, group)), shape=(len(answers), group.max() + 1))
    held = csr_matrix(held[:, np.diff(held.tocsc().indptr) >= _least(len(answers))])
    if not held.shape[1]:
        return np.full(len(answers), -1, dtype=np.int64)
    standard = _together(held)
    covered = np.asarray((held @ csr_matrix(np.eye(standard.max() + 1)[standard])).todense())
    covered = _telling(covered)
    return _large(np.where(covered.max(axis=1) > 0, covered.argmax(axis=1), -1))


def _telling(covered: Vectors) -> Vectors:
    """The same (answers, standard answers) without those that stand beside all sorts, the most common first."""
    covered = covered.copy()
    while True:
        there = covered > 0
        beside = there & (there.sum(axis=1, keepdims=True) > 1)
        often = np.flatnonzero(beside.sum(axis=0) > _BESIDE * there.sum(axis=0))
        if not len(often):
            return covered
        covered[:, often[there[:, often].sum(axis=0).argmax()]] = 0


def _same(weighed: csr_matrix) -> Places:
    """For each line the number of its group of nearly equal lines."""
    firsts, seconds = [], []
    for start in range(0, weighed.shape[0], _BLOCK):
        alike = (weighed[start : start + _BLOCK] @ weighed.T).tocoo()
        near = alike.data >= _SAME_LINE
        firsts.append(alike.row[near] + start)
        seconds.append(alike.col[near])
    return _connected(np.concatenate(firsts), np.concatenate(seconds), weighed.shape[0])


def _together(held: csr_matrix) -> Places:
    """For each line the number of the standard answer it belongs to: of two lines' answers enough hold both."""
    there = (held > 0).astype(np.float64)
    both = (there.T @ there).tocoo()
    count = np.asarray(there.sum(axis=0)).ravel()
    jaccard = both.data / (count[both.row] + count[both.col] - both.data)
    near = jaccard >= _TOGETHER
    return _connected(both.row[near], both.col[near], held.shape[1])


def _connected(firsts: Places, seconds: Places, n: int) -> Places:
    graph = csr_matrix((np.ones(len(firsts)), (firsts, seconds)), shape=(n, n))
    return np.asarray(connected_components(graph, directed=False)[1], dtype=np.int64)


def _least(cases: int) -> int:
    return max(_LEAST_CASES, cases // 500)


def _large(labels: Places) -> Places:
    """The clusters that are large enough numbered from 0, all else -1."""
    sizes = np.bincount(labels[labels >= 0], minlength=1)
    large = np.flatnonzero(sizes >= _least(len(labels)))
    number = np.full(len(sizes), -1, dtype=np.int64)
    number[large] = np.arange(len(large))
    return np.where(labels >= 0, number[labels], -1).astype(np.int64)


def _by_silhouette(vectors: Vectors) -> Places:
    from sklearn.cluster import KMeans
    from sklearn.metrics import silhouette_score

    most = min(MOST_CLUSTERS, len(vectors) // _LEAST_CASES)
    best, found = -1.0, np.zeros(len(vectors), dtype=np.int64)
    for count in sorted({round(x) for x in np.geomspace(2, max(most, 2), 10)}):
        labels = KMeans(count, n_init=3, random_state=0).fit_predict(vectors)
        score = silhouette_score(vectors, labels) if len(set(labels)) > 1 else -1.0
        if score > best:
            best, found = score, labels.astype(np.int64)
    return found


def _fewer(vectors: Vectors, seeds: Places) -> Places:
    """Join the most alike clusters until there are no more than a person can look through."""
    from sklearn.cluster import AgglomerativeClustering

    if seeds.max() < MOST_CLUSTERS:
        return seeds
    model = AgglomerativeClustering(MOST_CLUSTERS, metric="cosine", linkage="average")
    joined = model.fit_predict(_centres(vectors, seeds))
    return np.where(seeds >= 0, joined[np.maximum(seeds, 0)], -1).astype(np.int64)


def _joined(vectors: Vectors, seeds: Places) -> Places:
    """Let every case without a cluster join the one with the nearest centre."""
    nearest = (vectors @ _centres(vectors, seeds).T).argmax(axis=1)
    return np.where(seeds >= 0, seeds, nearest).astype(np.int64)


def _in_order(labels: Places, vectors: Vectors) -> Places:
    """Number the clusters so that alike ones are next to each other."""
    labels = np.unique(labels, return_inverse=True)[1].astype(np.int64)
    if labels.max() < 2:
        return labels
    order = leaves_list(linkage(_centres(vectors, labels), "average", metric="cosine"))
    return np.argsort(order)[labels].astype(np.int64)


def _centres(vectors: Vectors, labels: Places) -> Vectors:
    return _of_length_one(np.stack([vectors[labels == one].mean(axis=0) for one in range(labels.max() + 1)]))


def _dense(words: csr_matrix) -> Vectors:
    from sklearn.decomposition import TruncatedSVD

    dimensions = min(_DIMENSIONS, min(words.shape) - 1)
    if dimensions < 1:
        return np.ones((words.shape[0], 1))
    vectors = TruncatedSVD(dimensions, random_state=0).fit_transform(words)
    return _of_length_one(vectors)


def _of_length_one(vectors: Vectors) -> Vectors:
    return np.asarray(vectors / np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-9) + 1e-12)


def _weighed(texts: Sequence[str], grams: Grams) -> csr_matrix:
    counts = grams.matrix(texts)
    return TfIdf.fit(counts).apply(counts)
