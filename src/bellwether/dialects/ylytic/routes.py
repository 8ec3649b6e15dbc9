"""Routes of the Ylytic dialect."""

from bellwether.dialects.framework.operations import Dialect
from bellwether.dialects.ylytic.errors import RULES, render_problem
from bellwether.dialects.ylytic.routes_creators import CREATORS
from bellwether.dialects.ylytic.routes_posts import POSTS
from bellwether.dialects.ylytic.routes_webhook import WEBHOOK
from bellwether.dialects.ylytic.wire import YlyticError

YLYTIC = Dialect(
    name="ylytic",
    title="Ylytic",
    prefixes=("/ylytic",),
    operations=(*CREATORS, *POSTS, *WEBHOOK),
    rules=RULES,
    problem_type=YlyticError,
    render_problem=render_problem,
)
