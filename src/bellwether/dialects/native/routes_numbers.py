"""Routes of creators, contents and their numbers."""

from collections.abc import Sequence

from bellwether.dialects.framework.operations import Call, Operation, Reply
from bellwether.dialects.native import wire_numbers as numbers
from bellwether.dialects.native.parse import (
    check_resolvable,
    read_asked,
    read_contest,
    read_opt_platform,
    read_removal,
)
from bellwether.dialects.native.render import (
    render_contents,
    render_creators,
    render_growth,
    render_ref,
    render_removal,
    render_series,
    render_top,
)
from bellwether.dialects.native.work import (
    find_growth,
    find_series,
    find_top,
    get_content,
    get_creator,
    list_contents,
    list_creators,
    remove_snapshots,
    resolve_texts,
)
from bellwether.model.errors import NotFoundError
from bellwether.model.requests import Bucketing


async def _series(call: Call[None, numbers.SeriesQuery]) -> Reply:
    query = call.query
    work = find_series(read_asked(query), Bucketing(query.by), query.limit, query.cursor)
    return Reply(render_series(await call.read(work), query.metric))


async def _growth(call: Call[None, numbers.GrowthQuery]) -> Reply:
    found = await call.read(find_growth(read_asked(call.query)))
    return Reply(render_growth(found, call.query.metric))


async def _remove(call: Call[None, numbers.RemovalQuery]) -> Reply:
    work = remove_snapshots(read_removal(call.query))
    return await call.write(work, lambda removed: Reply(render_removal(removed)))


async def _top(call: Call[None, numbers.TopQuery]) -> Reply:
    found = await call.read(find_top(read_contest(call.query)))
    return Reply(render_top(found, call.query.metric))


async def _contents(call: Call[None, numbers.CatalogQuery]) -> Reply:
    query = call.query
    work = list_contents(read_opt_platform(query.platform), query.limit, query.cursor)
    found = await call.read(work)
    return Reply(numbers.ContentList(render_contents(found), found.next_cursor))


async def _content(call: Call[None, None]) -> Reply:
    found = await call.read(get_content(call.path["id"]))
    return Reply(numbers.ContentAnswer(render_contents(found)[0]))


async def _creators(call: Call[None, numbers.CatalogQuery]) -> Reply:
    query = call.query
    work = list_creators(read_opt_platform(query.platform), query.limit, query.cursor)
    found = await call.read(work)
    return Reply(numbers.CreatorList(render_creators(found), found.next_cursor))


async def _creator(call: Call[None, None]) -> Reply:
    found = await call.read(get_creator(call.path["id"]))
    return Reply(numbers.CreatorAnswer(render_creators(found)[0]))


async def _resolve(call: Call[numbers.ResolveRequest, None]) -> Reply:
    urls = check_resolvable(call.body.urls)
    named = await call.read(resolve_texts(urls))
    rows = [render_ref(url, one) for url, one in zip(urls, named, strict=True)]
    return Reply(numbers.ResolveAnswer(rows))


NUMBERS: Sequence[Operation] = (
    Operation(
        method="GET",
        path="/api/v1/series",
        name="series",
        handler=_series,
        summary="Read one metric over time",
        query=numbers.SeriesQuery,
        answers={200: numbers.SeriesAnswer},
        errors=(NotFoundError,),
    ),
    Operation(
        method="GET",
        path="/api/v1/growth",
        name="growth",
        handler=_growth,
        summary="Compute how one metric moved, from what was recorded",
        query=numbers.GrowthQuery,
        answers={200: numbers.GrowthAnswer},
        errors=(NotFoundError,),
    ),
    Operation(
        method="DELETE",
        path="/api/v1/series",
        name="delete-snapshots",
        handler=_remove,
        summary="Remove what was observed of a creator or content between two instants",
        query=numbers.RemovalQuery,
        answers={200: numbers.RemovalAnswer},
        errors=(NotFoundError,),
    ),
    Operation(
        method="GET",
        path="/api/v1/growth/top",
        name="top-growth",
        handler=_top,
        summary="Rank creators and contents by how much a metric grew",
        query=numbers.TopQuery,
        answers={200: numbers.TopAnswer},
    ),
    Operation(
        method="GET",
        path="/api/v1/contents",
        name="list-contents",
        handler=_contents,
        summary="List contents with their newest numbers",
        query=numbers.CatalogQuery,
        answers={200: numbers.ContentList},
    ),
    Operation(
        method="GET",
        path="/api/v1/contents/{id}",
        name="get-content",
        handler=_content,
        summary="Read one content with its newest numbers",
        answers={200: numbers.ContentAnswer},
    ),
    Operation(
        method="GET",
        path="/api/v1/creators",
        name="list-creators",
        handler=_creators,
        summary="List creators with their newest numbers",
        query=numbers.CatalogQuery,
        answers={200: numbers.CreatorList},
    ),
    Operation(
        method="GET",
        path="/api/v1/creators/{id}",
        name="get-creator",
        handler=_creator,
        summary="Read one creator with its newest numbers",
        answers={200: numbers.CreatorAnswer},
    ),
    Operation(
        method="POST",
        path="/api/v1/resolve",
        name="resolve",
        handler=_resolve,
        summary="Say what URLs or handles name; nothing is fetched",
        body=numbers.ResolveRequest,
        answers={200: numbers.ResolveAnswer},
    ),
)
