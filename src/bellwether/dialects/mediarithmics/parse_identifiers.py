"""Who an activity is about: the list of identifiers and the older fields beside it."""

from typing import Any

from bellwether.model.errors import InvalidInputError

IDENTIFIERS = 50
LENGTH = 512
"""Bounds on what names a person: how many identifiers an activity has, and how long each is."""

_LIST = "$user_identifiers"
Json = dict[str, Any]


class _Named:
    """What an activity names, by kind."""

    def __init__(self) -> None:
        self.accounts: dict[str, set[str]] = {}
        self.hashes: set[str] = set()
        self.agents: set[str] = set()

    def accounts_of(self, compartment: str) -> set[str]:
        return self.accounts.setdefault(compartment, set())


def check_identifiers(body: Json, compartment_id: str) -> None:
    """Refuse identifiers that cannot be read, contradict each other, or are none at all.

    A field at the root contradicts a list that has identifiers of its kind (accounts: of its
    compartment, which is `compartment_id` where none is said) and not this one. A person may have
    several accounts in one compartment: the vendor's own example has two.
    """
    listed = body.get(_LIST)
    named = _Named()
    if listed is not None:
        if not isinstance(listed, list) or len(listed) > IDENTIFIERS:
            raise InvalidInputError(f"{_LIST} must be a list of at most {IDENTIFIERS}", field=_LIST)
        for one in listed:
            _read_listed(one, named, compartment_id)
    _read_roots(body, named, compartment_id)
    if not (named.accounts or named.hashes or named.agents):
        raise InvalidInputError("An activity needs at least one identifier", field=_LIST)


def _read_listed(one: object, named: _Named, compartment_id: str) -> None:
    kind = one.get("$type") if isinstance(one, dict) else None
    if not isinstance(one, dict) or not isinstance(kind, str):
        raise InvalidInputError("An identifier must be an object with a $type", field=_LIST)
    if kind == "USER_ACCOUNT":
        account = _text(one.get("$user_account_id"), f"{_LIST}.$user_account_id")
        compartment = read_compartment(one, f"{_LIST}.$compartment_id", compartment_id)
        named.accounts_of(compartment).add(account)
    elif kind == "USER_EMAIL":
        named.hashes.add(_text(one.get("$hash"), f"{_LIST}.$hash"))
        _opt_text(one.get("$email"), f"{_LIST}.$email")
    elif kind == "USER_AGENT":
        named.agents.add(_text(one.get("$user_agent_id"), f"{_LIST}.$user_agent_id"))
    else:
        raise InvalidInputError(
            "The $type of an identifier must be USER_ACCOUNT, USER_EMAIL or USER_AGENT",
            field=f"{_LIST}.$type",
        )


def _read_roots(body: Json, named: _Named, compartment_id: str) -> None:
    account = body.get("$user_account_id")
    if account is not None:
        compartment = read_compartment(body, "$compartment_id", compartment_id)
        text = _text(account, "$user_account_id")
        _agree(text, named.accounts_of(compartment), "$user_account_id")
    agent = body.get("$user_agent_id")
    if agent is not None:
        _agree(_text(agent, "$user_agent_id"), named.agents, "$user_agent_id")
    email = body.get("$email_hash")
    if email is not None:
        if isinstance(email, dict):
            _opt_text(email.get("$email"), "$email_hash.$email")
            email = email.get("$hash")
        _agree(_text(email, "$email_hash"), named.hashes, "$email_hash")


def _agree(value: str, listed: set[str], field: str) -> None:
    if listed and value not in listed:
        raise InvalidInputError(f"{field} contradicts {_LIST}", field=field)
    listed.add(value)


def read_compartment(holder: Json, field: str, default: str) -> str:
    """Return the compartment that an object names, as text; `default` when it names none."""
    value = holder.get("$compartment_id")
    if value is None:
        return default
    return _text(value, field)


def _text(value: object, field: str) -> str:
    if type(value) is int:
        return str(value)
    if not isinstance(value, str) or not 0 < len(value) <= LENGTH or not value.isprintable():
        raise InvalidInputError(
            f"{field} must be a text of 1 to {LENGTH} printable characters", field=field
        )
    return value


def _opt_text(value: object, field: str) -> None:
    if value is not None:
        _text(value, field)
