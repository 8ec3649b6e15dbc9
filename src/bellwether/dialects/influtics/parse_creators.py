"""Requests about creators as orders to the engine."""

from bellwether.dialects.influtics.parse import CREDITS_A_VIDEO, DIALECT, KINDS, TRACKING
from bellwether.dialects.influtics.wire_creators import (
    LONGEST_USERNAME,
    CreatorPlatform,
    TrackBloggerRequest,
)
from bellwether.engine.facade import resolve
from bellwether.model.creators import CreatorOrder
from bellwether.model.errors import ForbiddenError, InvalidInputError, UnsupportedError
from bellwether.model.platforms import Kind, Platform
from bellwether.model.tenants import Plan, PlanName

ENDPOINT = "/v1/bloggers/track"


def read_platform(name: CreatorPlatform) -> Platform:
    """Return a platform, or InvalidInputError (`platform`) for the one that is not there."""
    if name == "vk":
        raise InvalidInputError(
            "vk is not supported here: tiktok, instagram and youtube are", field="platform"
        )
    return Platform(name)


def read_username(text: str) -> str:
    """Return a handle without "@"; InvalidInputError (`username`) for what cannot be one."""
    name = text.strip().removeprefix("@")
    if not 1 <= len(name) <= LONGEST_USERNAME:
        raise InvalidInputError(
            f"username must have 1 to {LONGEST_USERNAME} characters", field="username"
        )
    return name


def read_order(body: TrackBloggerRequest) -> CreatorOrder:
    """Return the order; the creator is the one that the address of the profile would name."""
    platform, name = read_platform(body.platform), read_username(body.username)
    try:
        ref = resolve(f"{platform}:@{name}")
    except (InvalidInputError, UnsupportedError):
        ref = None
    if ref is None or ref.kind is not Kind.PROFILE:
        raise InvalidInputError(f"not a username on {platform}", field="username")
    return CreatorOrder(
        ref=ref,
        dialect=DIALECT,
        contents=body.initial_videos_count,
        kinds=KINDS,
        follow=TRACKING,
        credits_each=CREDITS_A_VIDEO,
        endpoint=ENDPOINT,
    )


def check_plan(plan: Plan) -> None:
    """Raise ForbiddenError for the plan that has no creators."""
    if plan.name is PlanName.FREE:
        raise ForbiddenError("Tracking creators needs a paid plan")
