"""Notes, budgets, campaigns and tags beside contents."""

from collections.abc import Mapping, Sequence
from decimal import Decimal

from sqlalchemy import Connection

from bellwether.engine.catalog.store import Values
from bellwether.engine.catalog.store_annotations import AnnotationStore
from bellwether.kit.clock import Clock, to_micros
from bellwether.kit.ids import new_id
from bellwether.model.annotations import (
    Annotation,
    AnnotationChanges,
    AnnotationField,
    TagCounts,
    WorkStatus,
)
from bellwether.model.errors import InvalidInputError
from bellwether.model.tenants import Scope

MOST_TAGS = 50
LONGEST_TAG = 64
LONGEST_NOTES = 10_000
LONGEST_CAMPAIGN = 200
LARGEST_BUDGET = Decimal("999999999999.99")
_CENT = Decimal("0.01")


class AnnotationService:
    """What people wrote beside subjects, which were looked up within their scope first."""

    def __init__(self, connection: Connection, clock: Clock) -> None:
        self._store = AnnotationStore(connection)
        self._clock = clock

    def of(self, subject_ids: Sequence[str]) -> Mapping[str, Annotation]:
        """Return the annotations of subjects; those without one are absent."""
        tags: dict[str, list[str]] = {}
        for subject_id, name in self._store.tags_of(subject_ids):
            tags.setdefault(subject_id, []).append(name)
        return {
            row.subject_id: Annotation(
                notes=row.notes,
                budget=None if row.budget is None else Decimal(row.budget),
                campaign=row.campaign,
                status=None if row.status is None else WorkStatus(row.status),
                tags=tags.get(row.subject_id, []),
            )
            for row in self._store.rows(subject_ids)
        }

    def change(self, scope: Scope, subject_id: str, changes: AnnotationChanges) -> TagCounts:
        """Set the fields named. Tags given replace those before; case makes no other tag.

        InvalidInputError (`notes`, `budget`, `campaign`, `tags`): longer than 10,000, 200 and 64
        characters, more than 50 tags, money below 0, beyond 999,999,999,999.99 or with more than
        two decimals.
        """
        said = _said(changes)
        tags = _tags(changes.values.tags)
        self._store.put(subject_id, {**said, "updated_at": to_micros(self._clock.now())})
        if AnnotationField.TAGS not in changes.fields:
            return TagCounts(matched=0, created=0)
        new = [{"id": new_id(), "key": key, "name": name} for key, name in tags.items()]
        created = self._store.make_tags(scope, new)
        self._store.set_tags(scope, subject_id, list(tags))
        return TagCounts(matched=len(tags) - created, created=created)


def tag_key(name: str) -> str:
    """Return what is equal for names of one tag."""
    return name.strip().casefold()


def _said(changes: AnnotationChanges) -> Values:
    """Return the columns to set."""
    checked: Values = {
        AnnotationField.NOTES.value: _notes(changes.values.notes),
        AnnotationField.BUDGET.value: _budget(changes.values.budget),
        AnnotationField.CAMPAIGN.value: _campaign(changes.values.campaign),
        AnnotationField.STATUS.value: changes.values.status,
    }
    return {name: value for name, value in checked.items() if name in changes.fields}


def _notes(text: str | None) -> str | None:
    if text is not None and (len(text) > LONGEST_NOTES or "\0" in text):
        raise InvalidInputError(
            f"notes have at most {LONGEST_NOTES:,} characters, none of them NUL", field="notes"
        )
    return text


def _campaign(text: str | None) -> str | None:
    return None if text is None else _line(text, LONGEST_CAMPAIGN, "campaign")


def _budget(amount: Decimal | None) -> str | None:
    if amount is None:
        return None
    if not (amount.is_finite() and 0 <= amount <= LARGEST_BUDGET):
        raise InvalidInputError(f"budget is 0 to {LARGEST_BUDGET:,}", field="budget")
    cents = amount.quantize(_CENT)
    if cents != amount:
        raise InvalidInputError("budget has at most two decimals", field="budget")
    return str(abs(cents))


def _tags(names: Sequence[str]) -> Mapping[str, str]:
    """Return names by key, in order."""
    if len(names) > MOST_TAGS:
        raise InvalidInputError(f"at most {MOST_TAGS} tags are allowed", field="tags")
    tags: dict[str, str] = {}
    for name in names:
        tags.setdefault(tag_key(name), _line(name, LONGEST_TAG, "tags"))
    return tags


def _line(text: str, longest: int, field: str) -> str:
    line = text.strip()
    if not 1 <= len(line) <= longest or not line.isprintable():
        raise InvalidInputError(f"{field}: 1 to {longest} printable characters", field=field)
    return line
