"""`bellwether post`: what is to be published through managed accounts."""

from typing import Annotated

import typer

from bellwether.cli import common, output, publishing
from bellwether.cli.grouped import grouped
from bellwether.model.posts import ActState, NewPost, Post, PostChanges, PostFilter
from bellwether.model.publishers import PostKind

post = typer.Typer(help="Schedule, change and follow posts.", no_args_is_help=True)

_COLUMNS = ("id", "account_id", "kind", "state", "scheduled_at", "url", "caption", "error")

Music = Annotated[
    str | None,
    typer.Option("--music", metavar="ID", help="Post whose sound is used, where that is possible."),
]
Lenient = Annotated[
    bool, typer.Option("--lenient", help="Leave out what the platform cannot do (a sound).")
]


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.add_typer(post, name="post")


@post.command()
@grouped
def video(
    account: publishing.AccountId,
    url: Annotated[str, typer.Argument(metavar="URL", help="Address of the video.")],
    *,
    caption: publishing.Caption = "",
    at: publishing.At = None,
    music: Music = None,
    lenient: Lenient = False,
    place: common.Place,
    as_json: common.Json = False,
) -> None:
    """Queue a video; a server on the same store publishes it when it is time."""
    new = NewPost(
        account,
        PostKind.VIDEO,
        (url,),
        caption,
        music_post_id=music,
        scheduled_at=publishing.instant(at, "at"),
        strict=not lenient,
    )
    _show(_create(place, new), as_json=as_json)


@post.command()
@grouped
def slideshow(
    account: publishing.AccountId,
    urls: Annotated[list[str], typer.Argument(metavar="URL...", help="Addresses of images.")],
    *,
    caption: publishing.Caption = "",
    at: publishing.At = None,
    music: Music = None,
    lenient: Lenient = False,
    place: common.Place,
    as_json: common.Json = False,
) -> None:
    """Queue a slideshow; a server on the same store publishes it when it is time."""
    new = NewPost(
        account,
        PostKind.SLIDESHOW,
        tuple(urls),
        caption,
        music_post_id=music,
        scheduled_at=publishing.instant(at, "at"),
        strict=not lenient,
    )
    _show(_create(place, new), as_json=as_json)


@post.command("list")
@grouped
def list_(
    *,
    account: Annotated[
        str | None, typer.Option("--account", metavar="ID", help="Those of one account.")
    ] = None,
    state: Annotated[ActState | None, typer.Option("--state", help="Those in a state.")] = None,
    start: Annotated[
        str | None, typer.Option("--from", metavar="ISO", help="Those due from then on.")
    ] = None,
    end: Annotated[
        str | None, typer.Option("--to", metavar="ISO", help="Those due until then.")
    ] = None,
    limit: Annotated[int, typer.Option("--limit", min=1, help="How many at most.")] = 50,
    place: common.Place,
    as_json: common.Json = False,
) -> None:
    """List posts, the latest first (with --json, one object a line)."""
    wanted = PostFilter(
        accounts=publishing.accounts_meant(account, None, None, None),
        state=state,
        start=publishing.instant(start, "from"),
        end=publishing.instant(end, "to"),
        limit=limit,
    )
    with common.opened(place) as (container, scope):
        found = container.units.read_now(lambda engine: engine.publishing.posts(scope, wanted))
    rows = [publishing.post_record(one) for one in found]
    output.emit_rows(rows, as_json=as_json, columns=_COLUMNS)


@post.command()
@grouped
def show(
    post_id: publishing.PostId,
    *,
    place: common.Place,
    as_json: common.Json = False,
) -> None:
    """Show one post."""
    with common.opened(place) as (container, scope):
        found = container.units.read_now(lambda engine: engine.publishing.post(scope, post_id))
    _show(found, as_json=as_json)


@post.command()
@grouped
def change(
    post_id: publishing.PostId,
    *,
    caption: Annotated[
        str | None, typer.Option("--caption", metavar="TEXT", help="Another caption.")
    ] = None,
    at: publishing.At = None,
    place: common.Place,
    as_json: common.Json = False,
) -> None:
    """Change a post that has not begun to go out."""
    changes = PostChanges(caption=caption, scheduled_at=publishing.instant(at, "at"))
    with common.opened(place) as (container, scope):
        changed = container.units.write_now(
            lambda engine: engine.publishing.change_post(scope, post_id, changes)
        )
    _show(changed, as_json=as_json)


@post.command()
@grouped
def delete(
    post_id: publishing.PostId,
    *,
    place: common.Place,
    as_json: common.Json = False,
) -> None:
    """Drop a post that has not begun to go out."""
    with common.opened(place) as (container, scope):
        container.units.write_now(lambda engine: engine.publishing.delete_post(scope, post_id))
    output.emit_record({"id": post_id, "deleted": True}, as_json=as_json)


def _create(place: common.Place, new: NewPost) -> Post:
    with publishing.outside(place) as (container, scope, runner):
        runner.run(container.media.check_media(scope.environment, new.kind, new.media_urls))
        return container.units.write_now(lambda engine: engine.publishing.create_post(scope, new))


def _show(found: Post, *, as_json: bool) -> None:
    output.emit_record(publishing.post_record(found), as_json=as_json)
