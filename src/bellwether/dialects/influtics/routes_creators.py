"""Routes of creators: a job tracks one with the newest videos."""

from collections.abc import Callable, Sequence

from bellwether.dialects.framework.operations import Call, Operation, Reply
from bellwether.dialects.framework.problems import Rule, Rules
from bellwether.dialects.influtics.errors import RULES
from bellwether.dialects.influtics.parse import DIALECT
from bellwether.dialects.influtics.parse_creators import (
    check_plan,
    read_order,
    read_platform,
    read_username,
)
from bellwether.dialects.influtics.render_creators import render_blogger, render_job, render_queued
from bellwether.dialects.influtics.wire_creators import (
    BloggerJobResponse,
    BloggerQuery,
    BloggerResponse,
    TrackBloggerRequest,
    TrackBloggerResponse,
)
from bellwether.engine.facade import Engine
from bellwether.model.creators import CreatorOrder
from bellwether.model.errors import (
    ConflictError,
    CreditsExhaustedError,
    ForbiddenError,
    LimitExceededError,
    RateLimitedError,
)
from bellwether.model.jobs import Job
from bellwether.model.tenants import Principal

_TRACK_RULES: Rules = {
    "invalid_input": Rule(422, "VALIDATION_ERROR"),
    "limit_exceeded": Rule(422, "SUBSCRIPTION_LIMIT"),
    "forbidden": Rule(402, "PAID_PLAN_REQUIRED"),
    "conflict": Rule(409, "CREATOR_ALREADY_TRACKED"),
}
_JOB_RULES: Rules = {"conflict": Rule(410, "JOB_TIMEOUT")}
_FIND_RULES: Rules = {"not_found": Rule(404, "BLOGGER_NOT_TRACKED")}


async def _track(call: Call[TrackBloggerRequest, None]) -> Reply:
    order = read_order(call.body)
    reply = await call.write(
        _ordered(call, order),
        lambda job: Reply(render_queued(job, call.elapsed_ms, call.request_id), 202),
    )
    call.services.wake()
    return reply


def _ordered(
    call: Call[TrackBloggerRequest, None], order: CreatorOrder
) -> Callable[[Engine, Principal], Job]:
    def work(engine: Engine, principal: Principal) -> Job:
        check_plan(principal.plan)
        job = engine.creators.order(principal.scope, principal.plan, order, call.request_id)
        # After the work: an error that waiting cannot cure is told first.
        price = {"calls": 1, "videos": order.contents}
        call.rates = engine.tenants.spend_rate(principal, price)
        return job

    return work


async def _job(call: Call[None, None]) -> Reply:
    job = await call.read(
        lambda engine, principal: engine.creators.job(principal.scope, call.path["id"])
    )
    now = call.services.clock.real_now()
    return Reply(render_job(job, RULES, now, call.elapsed_ms, call.request_id))


async def _find(call: Call[None, BloggerQuery]) -> Reply:
    platform = read_platform(call.query.platform)
    name = read_username(call.path["username"])
    found = await call.read(
        lambda engine, principal: engine.creators.find(principal.scope, DIALECT, platform, name)
    )
    return Reply(render_blogger(found, call.elapsed_ms, call.request_id))


CREATORS: Sequence[Operation] = (
    Operation(
        method="POST",
        path="/v1/bloggers/track",
        name="track-blogger",
        handler=_track,
        summary="Start tracking a creator and the newest videos",
        description="A job does it: ask for its outcome. 30 credits a video newly tracked.",
        body=TrackBloggerRequest,
        answers={202: TrackBloggerResponse},
        errors=(
            ConflictError,
            CreditsExhaustedError,
            ForbiddenError,
            LimitExceededError,
            RateLimitedError,
        ),
        rules=_TRACK_RULES,
    ),
    Operation(
        method="GET",
        path="/v1/bloggers/jobs/{id}",
        name="blogger-job",
        handler=_job,
        summary="Ask how far a job is that tracks a creator",
        answers={200: BloggerJobResponse},
        errors=(ConflictError,),
        rules=_JOB_RULES,
    ),
    Operation(
        method="GET",
        path="/v1/bloggers/by-username/{username}",
        name="get-blogger",
        handler=_find,
        summary="Read one tracked creator",
        query=BloggerQuery,
        answers={200: BloggerResponse},
        rules=_FIND_RULES,
    ),
)
