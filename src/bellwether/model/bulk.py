"""Lines of imported files, as they are worked off."""

from dataclasses import dataclass

from bellwether.model.activities import NewActivity
from bellwether.model.people import Identifier, NewChoice, ProfileChange, Selector


@dataclass(frozen=True, slots=True)
class ProfileLine:
    """What a line says of an account's profile; `change` None deletes it."""

    account: Identifier
    change: ProfileChange | None


@dataclass(frozen=True, slots=True)
class ChoiceLine:
    """A choice and who made it."""

    selector: Selector
    choice: NewChoice


ImportLine = NewActivity | ProfileLine | ChoiceLine
