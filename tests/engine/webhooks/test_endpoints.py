"""Making, changing, listing and forgetting endpoints."""

from dataclasses import replace
from datetime import timedelta

import pytest
from tests.support.webhooks import RECEIVER, Post

from bellwether.kit.signing import secret_bytes
from bellwether.model.errors import ConflictError, InvalidInputError, NotFoundError
from bellwether.model.tenants import Environment, Scope
from bellwether.model.webhooks import EndpointChanges, EndpointState, EventType


def test_an_endpoint_is_named_after_its_host_and_its_secret_is_shown_once(
    post: Post, scope: Scope
) -> None:
    made = post.subscribe(scope)
    assert made.endpoint.name == "hooks.example.com"
    assert made.endpoint.state is EndpointState.ACTIVE
    assert len(secret_bytes(made.secret)) == 32
    assert post.endpoint(scope, made.endpoint.id) == made.endpoint
    assert post.read(lambda e: e.webhooks.secrets(scope, made.endpoint.id)) == [made.secret]


def test_no_secret_is_in_the_store_in_clear(post: Post, scope: Scope) -> None:
    made = post.subscribe(scope)
    with post.database.engine.connect() as connection:
        stored = connection.exec_driver_sql("SELECT sealed FROM endpoint_secrets").scalar_one()
    assert made.secret not in stored
    assert made.secret.removeprefix("whsec_") not in stored


@pytest.mark.parametrize(
    "url",
    [
        "",
        "hooks.example.com",
        "ftp://hooks.example.com/",
        "file:///etc/passwd",
        "https://",
        "https://user:secret@hooks.example.com/",
        "https://hooks.example.com:99999/",
        "http://2130706433/",
        "https://hooks.example.com/a b",
        "https://hooks.example.com/\x00",
        "https://hooks.example.com/" + "x" * 2000,
        "https://exa\\mple.com/",
    ],
)
def test_a_url_that_cannot_be_called_is_refused_with_the_field_named(
    post: Post, scope: Scope, url: str
) -> None:
    with pytest.raises(InvalidInputError) as refused:
        post.subscribe(scope, url)
    assert refused.value.field == "url"
    assert post.read(lambda e: e.webhooks.list_endpoints(scope)).items == []


def test_the_same_url_may_be_used_twice(post: Post, scope: Scope) -> None:
    first, second = post.subscribe(scope), post.subscribe(scope)
    assert first.endpoint.id != second.endpoint.id
    assert first.secret != second.secret


def test_a_test_cannot_be_subscribed_to(post: Post, scope: Scope) -> None:
    with pytest.raises(InvalidInputError) as refused:
        post.subscribe(scope, RECEIVER, EventType.TEST)
    assert refused.value.field == "events"


def test_lists_are_in_the_order_of_creation_page_by_page(post: Post, scope: Scope) -> None:
    made = [post.subscribe(scope, f"{RECEIVER}/{n}").endpoint for n in range(5)]
    seen, cursor = [], None
    while True:
        page = post.read(
            lambda e, at=cursor: e.webhooks.list_endpoints(scope, limit=2, cursor=at)  # type: ignore[misc]
        )
        seen += page.items
        cursor = page.next_cursor
        if cursor is None:
            break
    assert sorted(one.id for one in seen) == [one.id for one in seen]
    assert {one.url for one in seen} == {one.url for one in made}
    assert len(seen) == 5


def test_changes_change_only_what_they_name(post: Post, scope: Scope) -> None:
    made = post.subscribe(scope).endpoint
    post.pass_time(minutes=1)
    changed = post.write(
        lambda e: e.webhooks.update(
            scope, made.id, EndpointChanges(name="Ours", events=[EventType.RUN_FAILED])
        )
    )
    assert changed == replace(
        made, name="Ours", events=(EventType.RUN_FAILED,), updated_at=post.clock.now()
    )
    paused = post.write(
        lambda e: e.webhooks.update(scope, made.id, EndpointChanges(state=EndpointState.PAUSED))
    )
    assert paused == replace(changed, state=EndpointState.PAUSED)


def test_only_we_disable(post: Post, scope: Scope) -> None:
    made = post.subscribe(scope).endpoint
    changes = EndpointChanges(state=EndpointState.DISABLED)
    with pytest.raises(InvalidInputError) as refused:
        post.write(lambda e: e.webhooks.update(scope, made.id, changes))
    assert refused.value.field == "state"


def test_a_rotated_secret_is_valid_beside_the_new_one_until_its_grace_is_over(
    post: Post, scope: Scope
) -> None:
    made = post.subscribe(scope)
    endpoint_id = made.endpoint.id

    def valid() -> list[str]:
        return list(post.read(lambda e: e.webhooks.secrets(scope, endpoint_id)))

    post.pass_time(seconds=1)
    rotated = post.write(
        lambda e: e.webhooks.rotate_secret(scope, endpoint_id, grace=timedelta(hours=1))
    )
    assert valid() == [rotated.secret, made.secret]
    post.pass_time(minutes=59)
    again = post.write(lambda e: e.webhooks.rotate_secret(scope, endpoint_id))
    assert valid() == [again.secret, rotated.secret, made.secret]
    post.pass_time(minutes=2)  # a longer grace later does not lengthen an earlier one
    assert valid() == [again.secret, rotated.secret]
    post.pass_time(hours=24)
    assert valid() == [again.secret]
    at_once = post.write(lambda e: e.webhooks.rotate_secret(scope, endpoint_id, grace=timedelta(0)))
    assert valid() == [at_once.secret]


@pytest.mark.parametrize("grace", [timedelta(seconds=-1), timedelta(days=31)])
def test_an_impossible_grace_is_refused(post: Post, scope: Scope, grace: timedelta) -> None:
    made = post.subscribe(scope)
    with pytest.raises(InvalidInputError) as refused:
        post.write(lambda e: e.webhooks.rotate_secret(scope, made.endpoint.id, grace=grace))
    assert refused.value.field == "grace_seconds"


def test_nothing_of_one_scope_is_visible_to_another(post: Post, scope: Scope) -> None:
    made = post.subscribe(scope).endpoint
    delivery = post.write(lambda e: e.webhooks.send_test(scope, made.id))
    for other in (post.scope("other"), Scope(scope.workspace_id, Environment.LIVE)):
        for ask in (
            lambda e, s=other: e.webhooks.get(s, made.id),
            lambda e, s=other: e.webhooks.delete(s, made.id),
            lambda e, s=other: e.webhooks.rotate_secret(s, made.id),
            lambda e, s=other: e.webhooks.secrets(s, made.id),
            lambda e, s=other: e.webhooks.send_test(s, made.id),
            lambda e, s=other: e.webhooks.update(s, made.id, EndpointChanges(name="x")),
            lambda e, s=other: e.webhooks.replay(s, delivery.id),
            lambda e, s=other: e.webhooks.replay_range(s, made.id),
            lambda e, s=other: e.webhooks.delivery(s, delivery.id),
            lambda e, s=other: e.webhooks.list_attempts(s, delivery.id),
            lambda e, s=other: e.webhooks.event(s, delivery.event_id),
        ):
            with pytest.raises(NotFoundError):
                post.write(ask)
        assert post.deliveries(other) == []
        assert post.read(lambda e, s=other: e.webhooks.list_events(s)).items == []  # type: ignore[misc]
        assert post.emit(post.happened(other)) == 0


@pytest.mark.parametrize(
    "text", ["", "x" * 40, "\x00", "é", "00000000-0000-7000-8000-000000000000"]
)
def test_what_is_no_id_is_not_found(post: Post, scope: Scope, text: str) -> None:
    for ask in (
        lambda e: e.webhooks.get(scope, text),
        lambda e: e.webhooks.delivery(scope, text),
        lambda e: e.webhooks.event(scope, text),
    ):
        with pytest.raises(NotFoundError):
            post.read(ask)


@pytest.mark.parametrize("cursor", ["", "x", "W10", "WyJ4Il0", "Wy0xXQ"])
def test_what_is_no_cursor_is_refused(post: Post, scope: Scope, cursor: str) -> None:
    made = post.subscribe(scope).endpoint
    for ask in (
        lambda e: e.webhooks.list_deliveries(scope, cursor=cursor),
        lambda e: e.webhooks.replay_range(scope, made.id, cursor=cursor),
    ):
        with pytest.raises(InvalidInputError) as refused:
            post.write(ask)
        assert refused.value.field == "cursor"


def test_a_paused_endpoint_is_not_tested(post: Post, scope: Scope) -> None:
    made = post.subscribe(scope).endpoint
    post.write(
        lambda e: e.webhooks.update(scope, made.id, EndpointChanges(state=EndpointState.PAUSED))
    )
    with pytest.raises(ConflictError):
        post.write(lambda e: e.webhooks.send_test(scope, made.id))
