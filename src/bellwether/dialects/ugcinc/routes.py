"""The UGC Inc dialect."""

from bellwether.dialects.framework.operations import Dialect
from bellwether.dialects.ugcinc.errors import RULES, render_problem
from bellwether.dialects.ugcinc.routes_accounts import ACCOUNTS
from bellwether.dialects.ugcinc.routes_more import MORE
from bellwether.dialects.ugcinc.routes_posts import POSTS
from bellwether.dialects.ugcinc.routes_stats import STATS
from bellwether.dialects.ugcinc.wire import UgcError

UGCINC = Dialect(
    name="ugcinc",
    title="UGC Inc",
    prefixes=("/accounts", "/tasks", "/post", "/stats", "/comment", "/media"),
    operations=(*ACCOUNTS, *POSTS, *STATS, *MORE),
    rules=RULES,
    problem_type=UgcError,
    render_problem=render_problem,
)
