"""The Influtics dialect."""

from bellwether.dialects.framework.operations import Dialect
from bellwether.dialects.influtics.errors import RULES, render_problem
from bellwether.dialects.influtics.routes_account import ACCOUNT
from bellwether.dialects.influtics.routes_creators import CREATORS
from bellwether.dialects.influtics.routes_videos import VIDEOS
from bellwether.dialects.influtics.wire import InfluticsError

INFLUTICS = Dialect(
    name="influtics",
    title="Influtics",
    prefixes=("/v1",),
    operations=(*VIDEOS, *CREATORS, *ACCOUNT),
    rules=RULES,
    problem_type=InfluticsError,
    render_problem=render_problem,
)
