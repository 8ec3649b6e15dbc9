"""`bellwether doctor` on what waits to go out, and on what nobody knows."""

from datetime import timedelta

from tests.cli.test_doctor import examine
from tests.support.publishing import Agency, Fault

from bellwether.kit.clock import ManualClock, SystemClock
from bellwether.storage.database import Database


def test_posts_that_are_late_or_doubtful_and_accounts_without_access_are_wrong(
    database: Database, database_url: str
) -> None:
    now = SystemClock().now()
    agency = Agency(database, ManualClock(now - timedelta(hours=1)))
    scope = agency.scope()
    agency.write(lambda e: e.tenants.create_key("acme", scope.environment))
    account = agency.account(scope)
    agency.post(scope, account, hours=5)
    _, found = examine("--database", database_url)
    assert found["publishing"] == {
        "check": "publishing",
        "ok": True,
        "detail": "1 wait",
        "advice": None,
    }

    agency.platform.told = False
    agency.platform.faults.append(Fault.LOST_AFTER)
    agency.post(scope, account)
    agency.work()
    agency.pass_time(minutes=2)
    agency.work()
    other = agency.account(scope, "other")
    agency.platform.faults.append(Fault.UNAUTHORIZED)
    agency.post(scope, other)
    agency.work()
    answer, found = examine("--database", database_url)
    assert answer.code == 1
    assert not found["publishing"]["ok"]
    assert "1 may be out or not" in found["publishing"]["detail"]
    assert "1 accounts have withdrawn" in found["publishing"]["detail"]

    agency.post(scope, account)
    _, found = examine("--database", database_url)
    assert found["publishing"]["detail"].startswith("2 wait, the oldest is due for 58 min")
    assert "worker" in found["publishing"]["advice"]
