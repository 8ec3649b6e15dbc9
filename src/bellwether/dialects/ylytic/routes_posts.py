"""Routes of tracked posts."""

from collections.abc import Sequence
from typing import Any

from bellwether.dialects.framework.links import resolve_links
from bellwether.dialects.framework.operations import Call, Operation, Reply
from bellwether.dialects.ylytic import parse, wire, work
from bellwether.dialects.ylytic.render import render_post, render_posts
from bellwether.model.errors import LimitExceededError, RateLimitedError
from bellwether.model.requests import NamedFilter
from bellwether.model.tracking import Aspect

_POSTS = "/ylytic/api/v1/rt_tracking/posts"
_POST = f"{_POSTS}/{{shortcode}}"


async def _track(call: Call[wire.TrackPostRequest, None]) -> Reply:
    wanted = parse.name_post(call.body)
    terms = parse.read_new_terms(call.body)
    links = await resolve_links(call, [wanted.text])
    ref = parse.read_post(wanted, links.resolved[0], call.body.handle)
    reply = await call.write(
        work.track_post(ref, links, terms), lambda record: _shown(call, record)
    )
    call.services.wake()
    return reply


async def _list(call: Call[None, wire.TrackedPostsQuery]) -> Reply:
    wanted = parse.read_list(Aspect.CONTENT, call.query)
    found = await call.read(work.list_posts(wanted))
    return Reply(render_posts(found, wanted, call.services.clock.now()))


async def _get(call: Call[None, wire.ConnectorQuery]) -> Reply:
    record = await call.read(work.find_post(_named(call, call.query.connector)))
    return _shown(call, record)


async def _change(call: Call[wire.UpdatePostRequest, wire.ConnectorQuery]) -> Reply:
    terms = parse.read_terms(call.body)
    parse.check_said(terms)
    wanted = _named(call, call.query.connector or call.body.connector)
    reply = await call.write(work.change_post(wanted, terms), lambda record: _shown(call, record))
    call.services.wake()
    return reply


async def _delete(call: Call[None, wire.ConnectorQuery]) -> Reply:
    forget = work.forget(_named(call, call.query.connector))
    return await call.write(forget, lambda _: Reply(wire.YlyticDone()))


def _shown(call: Call[Any, Any], record: work.PostRecord) -> Reply:
    return Reply(render_post(record, call.services.clock.now()))


def _named(call: Call[Any, Any], connector: str | None) -> NamedFilter:
    return parse.named(Aspect.CONTENT, call.path["shortcode"], connector)


POSTS: Sequence[Operation] = (
    Operation(
        method="POST",
        path=_POSTS,
        name="add-post-tracking",
        handler=_track,
        summary="Start tracking a post",
        description="A post that is tracked already gets the schedule that is sent.",
        body=wire.TrackPostRequest,
        answers={200: wire.TrackedPost},
        errors=(LimitExceededError, RateLimitedError),
    ),
    Operation(
        method="GET",
        path=_POSTS,
        name="list-post-trackings",
        handler=_list,
        summary="List the tracked posts, newest first",
        query=wire.TrackedPostsQuery,
        answers={200: wire.TrackedPosts},
    ),
    Operation(
        method="GET",
        path=_POST,
        name="get-post-tracking",
        handler=_get,
        summary="Read a tracked post",
        query=wire.ConnectorQuery,
        answers={200: wire.TrackedPost},
    ),
    Operation(
        method="PUT",
        path=_POST,
        name="update-post-tracking",
        handler=_change,
        summary="Change a post's schedule, pause or resume it",
        body=wire.UpdatePostRequest,
        query=wire.ConnectorQuery,
        answers={200: wire.TrackedPost},
        errors=(LimitExceededError,),
    ),
    Operation(
        method="DELETE",
        path=_POST,
        name="delete-post-tracking",
        handler=_delete,
        summary="Stop and forget the tracking of a post; what it recorded stays",
        query=wire.ConnectorQuery,
        answers={200: wire.YlyticDone},
    ),
)
