"""What each case of an archive wants: said by its labels, else by a file that a person edits, else found."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from salver.data.case import Case
from salver.data.company import Company
from salver.data.errors import Fault, TrainingError
from salver.data.tables import Tell
from salver.models.language import ConfiguredLanguages
from salver.training.induce import Cluster, induce, label, read_clusters, write_clusters


def with_intents(
    cases: Sequence[Case], company: Company, intents_file: Path | None, tell: Tell, where: str
) -> list[Case]:
    """The cases that have an intent. Where none has, `intents_file` says it; it is written when it is not there.

    Raises TrainingError when there is nobody to say it, or when all that is left wants the same.
    """
    labelled = [case for case in cases if case.intents]
    if labelled:
        _tell_left_out(len(cases) - len(labelled), where, 'Give them one, or --map intents="" to have all found.', tell)
    else:
        labelled = label(cases, _clusters(cases, company, intents_file, tell, where))
        _tell_left_out(len(cases) - len(labelled), str(intents_file), "", tell)
    intents = {case.intent for case in labelled}
    if len(intents) == 1:
        what = f'all cases have one intent, "{intents.pop()}": there is nothing to tell apart'
        todo = 'Give cases of at least two intents, or leave the intents out with --map intents="" to have them found.'
        raise TrainingError(what, where=where, todo=todo)
    return labelled


def _clusters(
    cases: Sequence[Case], company: Company, intents_file: Path | None, tell: Tell, where: str
) -> list[Cluster]:
    if intents_file is None:
        todo = "Say where they may be written once they are found, for you to edit: --intents intents.toml"
        raise TrainingError("the cases have no intents", where=where, todo=todo)
    if intents_file.exists():
        return read_clusters(intents_file)
    clusters = induce(_with_language(cases, company))
    write_clusters(clusters, intents_file)
    what = f"{len(clusters)} intents were found in {len(cases)} cases and are used as they are."
    todo = "Give them names, the same name to those that are one, and train again."
    tell(Fault(source=str(intents_file), line=1, what=what, todo=todo))
    return clusters


def _with_language(cases: Sequence[Case], company: Company) -> list[Case]:
    """Words are alike within a language only, so that each is looked at by itself."""
    guessed = ConfiguredLanguages(company.languages).guess([case.text for case in cases])
    return [case if case.lang else replace(case, lang=lang.label) for case, lang in zip(cases, guessed, strict=True)]


def _tell_left_out(count: int, source: str, todo: str, tell: Tell) -> None:
    if count:
        tell(Fault(source=source, line=0, what=f"cases without an intent: {count}; they were left out.", todo=todo))
