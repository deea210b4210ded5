"""Each foreign library is behind one file, or the few that own it; and nothing is pickled."""

import ast
import sys
from pathlib import Path

import pytest

from tests.house.rooms import ROOMS, files, imports, tree

OWNERS = {
    "cologne_phonetics": "models/phonetic.py",
    "alembic": "data/database.py data/migrations/env.py data/migrations/versions/*",
    "faiss": "models/index.py",
    "fastapi": "serve/http/app.py serve/http/docs.py serve/http/problems.py",
    "imap_tools": "serve/mail/imap.py serve/mail/unreachable.py",
    "jinja2": "serve/http/docs.py serve/report/page.py",
    "matplotlib": "serve/report/charts.py serve/report/replay_charts.py",
    "mlflow": "training/track.py",
    "numpy": "models/* training/* serve/learned.py",  # learned.py hands vectors to the store as bytes
    "pandas": "training/describe.py",
    "phonenumbers": "models/patterns.py",
    "prometheus_client": "serve/metrics.py",
    "py3langid": "models/language.py",
    "pyarrow": "data/tables.py",
    "pydantic": "models/bundle.py serve/http/app.py serve/http/forms.py serve/http/replies.py",
    "rich": "serve/show.py",
    "scipy": "models/* training/*",
    "selectolax": "pipeline/markup.py",
    "safetensors": "models/exported.py",
    "sentence_transformers": "models/pretrained.py",
    "sklearn": "models/clusters.py models/complete.py models/linear.py models/scope.py models/several.py",
    "spacy": "models/tokens.py",
    "sqlalchemy": "data/approved.py data/ceilings.py data/database.py data/leases.py data/ledger.py "
    "data/migrations/versions/* data/outbox.py data/posting.py data/schema.py data/store.py data/trail.py "
    "data/waiting.py data/watched.py training/track.py",  # track.py: MLflow's database
    "starlette": "serve/http/guard.py serve/http/problems.py",
    "stdnum": "models/patterns.py",
    "structlog": "serve/logs.py",
    "threadpoolctl": "serve/workers.py training/unseen.py",
    "tokenizers": "models/exported.py",
    "torch": "models/pretrained.py",
    "typer": "serve/cli.py serve/cli_archive.py serve/cli_mail.py serve/cli_outbox.py serve/cli_templates.py "
    "serve/endings.py serve/options.py",
    "uvicorn": "serve/http/server.py",
}
"""Which files may import a library. A new library, or a new place for one, is a decision: write it here."""

UNSAFE = {"pickle", "_pickle", "cPickle", "joblib", "marshal", "dill", "shelve", "cloudpickle", "skops", "copyreg"}
HIDDEN = {"__import__", "import_module", "eval", "exec"}


@pytest.mark.parametrize("file", files(), ids=str)
def test_a_library_is_imported_only_where_it_is_owned(file: Path) -> None:
    foreign = {one.split(".")[0] for one in imports(file)} - sys.stdlib_module_names - {"salver"}
    assert not foreign - OWNERS.keys(), "a library that no file owns"
    strange = {one for one in foreign if not any(file.match(owner) for owner in OWNERS[one].split())}
    assert not strange, f"{file} uses what is owned by {[OWNERS[one] for one in strange]}"


@pytest.mark.parametrize("library", OWNERS)
def test_an_owner_is_a_file_that_is_there(library: str) -> None:
    for owner in OWNERS[library].split():
        assert any(file.match(owner) for file in files()), f"{owner} is gone"


@pytest.mark.parametrize("file", files(*ROOMS, "bench"), ids=str)
def test_nothing_is_pickled_or_imported_behind_the_reader(file: Path) -> None:
    assert not UNSAFE & {one.split(".")[0] for one in imports(file)}
    for node in ast.walk(tree(file)):
        if isinstance(node, ast.Call):
            called = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
            assert called not in HIDDEN, f"{file}:{node.lineno} calls {called}"
            allowed = [one for one in node.keywords if one.arg == "allow_pickle" and not _is_false(one.value)]
            assert not allowed, f"{file}:{node.lineno} allows pickle"


def _is_false(value: ast.expr) -> bool:
    return isinstance(value, ast.Constant) and value.value is False
