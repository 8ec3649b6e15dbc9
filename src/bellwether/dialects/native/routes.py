"""The native API: its routes, gathered."""

from bellwether.dialects.framework.operations import Dialect
from bellwether.dialects.native.errors import RULES, render_problem
from bellwether.dialects.native.routes_activities import ACTIVITIES
from bellwether.dialects.native.routes_deliveries import DELIVERIES
from bellwether.dialects.native.routes_numbers import NUMBERS
from bellwether.dialects.native.routes_server import SERVER
from bellwether.dialects.native.routes_trackers import TRACKERS
from bellwether.dialects.native.routes_webhooks import ENDPOINTS
from bellwether.dialects.native.wire import NativeError

NATIVE = Dialect(
    name="native",
    title="Native API",
    prefixes=("/api",),
    operations=(*TRACKERS, *NUMBERS, *ACTIVITIES, *ENDPOINTS, *DELIVERIES, *SERVER),
    rules=RULES,
    problem_type=NativeError,
    render_problem=render_problem,
)
