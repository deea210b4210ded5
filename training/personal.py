"""What leads to which customer, for the check at the way out, and what is so common that it leads to nobody."""

from collections import defaultdict
from collections.abc import Iterable, Sequence

from salver.models.personal import PersonalIndex
from salver.training.prepare import Lesson


def personal_index(lessons: Sequence[Lesson], min_customers: int) -> PersonalIndex:
    """The index of all lessons.

    What stands in the records of enough different customers is common: a name that many have. What was only said is the
    company's or everybody's when enough customers wrote it or were sent it, by two agents, and no record holds it.
    """
    in_record: dict[str, set[str]] = defaultdict(set)
    in_texts: dict[str, set[str]] = defaultdict(set)
    agents: dict[str, set[str]] = defaultdict(set)
    for lesson in lessons:
        for trace in lesson.traces.own:
            in_record[trace].add(lesson.customer)
        for trace in lesson.traces.said:
            in_texts[trace].add(lesson.customer)
            agents[trace].add(lesson.case.agent)
    common = {trace for trace, customers in in_record.items() if len(customers) >= min_customers}
    told = {
        trace
        for trace, customers in in_texts.items()
        if len(customers) >= min_customers and len(agents[trace]) > 1 and (trace not in in_record or trace in common)
    }
    return PersonalIndex.build({one.case.id: one.traces for one in lessons}, common, told)


def join(index: PersonalIndex, lessons: Iterable[Lesson]) -> None:
    """Add lessons that nothing was learned from."""
    for one in lessons:
        index.add(one.case.id, index.marks(*one.traces))
