"""The mediarithmics dialect."""

from collections.abc import Sequence

from bellwether.dialects.framework.operations import Dialect, Operation
from bellwether.dialects.mediarithmics.activities import add_activity
from bellwether.dialects.mediarithmics.credentials import read_mics_credentials
from bellwether.dialects.mediarithmics.errors import RULES, render_problem
from bellwether.dialects.mediarithmics.routes_access import ACCESS
from bellwether.dialects.mediarithmics.routes_choices import CHOICES
from bellwether.dialects.mediarithmics.routes_datamarts import DATAMARTS
from bellwether.dialects.mediarithmics.routes_imports import IMPORTS
from bellwether.dialects.mediarithmics.routes_points import POINTS
from bellwether.dialects.mediarithmics.routes_profiles import PROFILES
from bellwether.dialects.mediarithmics.wire import ActivityAnswer, MediarithmicsError, UserActivity
from bellwether.model.errors import ConflictError

_ACTIVITIES: Sequence[Operation] = (
    Operation(
        method="POST",
        path="/v1/datamarts/{datamartId}/user_activities",
        name="create-user-activity",
        handler=add_activity,
        summary="Take one activity; it is on disk when this answers",
        description="The same `$unique_key` with the same content is answered as the first time.",
        body=UserActivity,
        raw=True,
        answers={200: ActivityAnswer},
        errors=(ConflictError,),
    ),
)

MEDIARITHMICS = Dialect(
    name="mediarithmics",
    title="mediarithmics",
    prefixes=("/v1/datamarts", "/v1/authentication"),
    operations=(*_ACTIVITIES, *DATAMARTS, *POINTS, *PROFILES, *CHOICES, *IMPORTS, *ACCESS),
    rules=RULES,
    problem_type=MediarithmicsError,
    render_problem=render_problem,
    read_credentials=read_mics_credentials,
    encoded_paths=True,
)
