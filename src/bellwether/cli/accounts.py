"""`bellwether accounts`: the accounts that a workspace may act for."""

import sys
from pathlib import Path
from typing import Annotated

import typer

from bellwether.cli import common, output, publishing
from bellwether.cli.grouped import grouped
from bellwether.model.accounts import LabelChanges, NewAccess, NewAccount
from bellwether.model.errors import BellwetherError, InvalidInputError
from bellwether.model.platforms import parse_platform
from bellwether.model.posts import Edit

accounts = typer.Typer(help="Manage accounts to publish with.", no_args_is_help=True)

_COLUMNS = ("id", "platform", "username", "nick_name", "state", "tag", "org_group", "user_group")

ExternalId = Annotated[
    str | None,
    typer.Option("--external-id", metavar="ID", help="The platform's id of the account (live)."),
]
TokenFile = Annotated[
    str | None,
    typer.Option(
        "--token-file", metavar="FILE", help="File with the platform's token (live); -: stdin."
    ),
]


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.add_typer(accounts, name="accounts")


@accounts.command()
@grouped
def add(
    platform: Annotated[str, typer.Argument(metavar="PLATFORM", help="tiktok, instagram, ...")],
    username: Annotated[str, typer.Argument(metavar="USERNAME", help="The handle.")],
    *,
    external_id: ExternalId = None,
    token_file: TokenFile = None,
    tag: publishing.Tag = None,
    org_group: publishing.OrgGroup = None,
    user_group: publishing.UserGroup = None,
    place: common.Place,
    as_json: common.Json = False,
) -> None:
    """Manage an account. A live one needs the platform's id of it and a token to be ready.

    The token is read from a file or standard input, sealed with the server's key and never shown.
    """
    named = parse_platform(platform)
    if named is None:
        raise InvalidInputError(f"{platform} is not a platform", field="platform")
    new = NewAccount(
        platform=named,
        username=username,
        tag=tag,
        org_group=org_group,
        user_group=user_group,
        external_id=external_id,
        token=_token(token_file),
    )
    with common.opened(place) as (container, scope):
        made = container.units.write_now(
            lambda engine: engine.accounts.add(scope, engine.tenants.plan_of(scope), [new])
        )[0]
    output.emit_record(publishing.account_record(made), as_json=as_json)


@accounts.command("list")
@grouped
def list_(
    *,
    tag: publishing.Tag = None,
    org_group: publishing.OrgGroup = None,
    user_group: publishing.UserGroup = None,
    place: common.Place,
    as_json: common.Json = False,
) -> None:
    """List accounts, oldest first (with --json, one object a line)."""
    wanted = publishing.accounts_meant(None, tag, org_group, user_group)
    with common.opened(place) as (container, scope):
        found = container.units.read_now(lambda engine: engine.accounts.list(scope, wanted))
    rows = [publishing.account_record(one) for one in found]
    output.emit_rows(rows, as_json=as_json, columns=_COLUMNS)
    if not rows and not as_json:
        output.hint(f"There are no such accounts in the {place.environment} environment.")


@accounts.command()
@grouped
def update(
    account: publishing.AccountId,
    *,
    tag: publishing.Tag = None,
    org_group: publishing.OrgGroup = None,
    user_group: publishing.UserGroup = None,
    place: common.Place,
    as_json: common.Json = False,
) -> None:
    """Change an account's labels; an empty text takes one away."""
    change = LabelChanges(account, tag=tag, org_group=org_group, user_group=user_group)
    with common.opened(place) as (container, scope):
        changed = container.units.write_now(lambda engine: engine.accounts.label(scope, [change]))[
            0
        ]
    if isinstance(changed, BellwetherError):
        raise changed
    output.emit_record(publishing.account_record(changed), as_json=as_json)


@accounts.command()
@grouped
def access(
    account: publishing.AccountId,
    *,
    token_file: Annotated[
        str, typer.Option("--token-file", metavar="FILE", help="File with the token; -: stdin.")
    ],
    external_id: ExternalId = None,
    place: common.Place,
    as_json: common.Json = False,
) -> None:
    """Give an account a token, its first or another, which makes it ready."""
    given = NewAccess(token=_token(token_file) or "", external_id=external_id)
    with common.opened(place) as (container, scope):
        changed = container.units.write_now(
            lambda engine: engine.accounts.give_access(scope, account, given)
        )
    output.emit_record(publishing.account_record(changed), as_json=as_json)


@accounts.command()
@grouped
def edit(
    account: publishing.AccountId,
    *,
    nick_name: Annotated[
        str | None, typer.Option("--nick-name", metavar="TEXT", help="Once in 7 days.")
    ] = None,
    bio: Annotated[
        str | None, typer.Option("--bio", metavar="TEXT", help="Once in 24 hours.")
    ] = None,
    avatar_url: Annotated[
        str | None, typer.Option("--avatar-url", metavar="URL", help="Once in 24 hours.")
    ] = None,
    place: common.Place,
    as_json: common.Json = False,
) -> None:
    """Have a profile changed by the server, and print the task."""
    wanted = Edit(nick_name, bio, avatar_url)
    with publishing.outside(place) as (container, scope, runner):
        if avatar_url is not None:
            runner.run(container.media.check_avatar(place.environment, avatar_url))
        task = container.units.write_now(
            lambda engine: engine.publishing.edit_profile(scope, account, wanted)
        )
    output.emit_record(publishing.task_record(task), as_json=as_json)


def _token(file: str | None) -> str | None:
    """Return the token in a file or on standard input, without the blanks around it."""
    if file is None:
        return None
    try:
        text = sys.stdin.read() if file == "-" else Path(file).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise InvalidInputError(f"{file} cannot be read", field="token_file") from error
    if not text.strip():
        raise InvalidInputError("there is no token in it", field="token_file")
    return text.strip()
