"""scikit-learn's plain pipeline: TF-IDF of words and pairs of words, then a linear model."""

from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.svm import LinearSVC

from bench.rivals.trial import Job, Trained, columns, compete


def learn(job: Job) -> Trained:
    """Fit the pipeline; variant `svc` takes LinearSVC in place of LogisticRegression."""
    words = TfidfVectorizer(ngram_range=(1, 2))
    linear = LinearSVC() if job.variant == "svc" else LogisticRegression(C=10, max_iter=1000)
    pipeline = make_pipeline(words, linear).fit(job.texts, job.intents)
    return Trained(
        labels=linear.classes_.tolist(),
        scores=lambda texts: columns(pipeline.decision_function(list(texts))),
        bytes_on_disk=linear.coef_.nbytes + words.idf_.nbytes + sum(len(one.encode()) for one in words.vocabulary_),
        told=f"`{words}`, `{linear}`; on disk: the arrays and the words",
        libraries=("scikit-learn",),
    )


if __name__ == "__main__":
    compete(learn)
