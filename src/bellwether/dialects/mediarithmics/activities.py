"""Taking one activity in the ordinary way: what the fast lane does, for requests it leaves out."""

import msgspec

from bellwether.dialects.framework.operations import Call
from bellwether.dialects.framework.reply import Reply
from bellwether.dialects.mediarithmics.parse_activity import parse_activity
from bellwether.dialects.mediarithmics.wire import UserActivity
from bellwether.engine.facade import make_bad_row
from bellwether.kit.clock import to_micros
from bellwether.model.activities import Accepted, Datamart
from bellwether.model.errors import BellwetherError, UnavailableError
from bellwether.model.tenants import Principal


async def add_activity(call: Call[UserActivity, None]) -> Reply:
    """Log an activity; the answer is made once it is on disk."""
    principal, datamart = await call.read(
        lambda engine, principal: (
            principal,
            engine.datamarts.find(principal.scope, call.path["datamartId"]),
        )
    )
    try:
        accepted = await _add(call, principal, datamart)
    except UnavailableError:
        raise
    except BellwetherError as error:
        bad = make_bad_row(datamart.id, call.raw, error, call.services.clock)
        await call.services.activities.keep(bad, principal.key_id)
        raise
    return Reply(msgspec.Raw(b'{"status":"ok","data":' + accepted.body + b"}"))


async def _add(
    call: Call[UserActivity, None], principal: Principal, datamart: Datamart
) -> Accepted:
    now_ms = to_micros(call.services.clock.now()) // 1000
    activity = parse_activity(call.raw, now_ms, datamart.compartment_id, call.request_id)
    return await call.services.activities.add(datamart.id, principal.key_id, activity)
