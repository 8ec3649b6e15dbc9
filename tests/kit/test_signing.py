"""Signatures as Standard Webhooks has them."""

import base64
import hashlib
import hmac
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from standardwebhooks.webhooks import Webhook, WebhookVerificationError

from bellwether.kit.signing import (
    BadSecretError,
    BadSignatureError,
    new_signing_secret,
    secret_bytes,
    sign,
    signed_headers,
    verify,
)

AT = datetime(2021, 2, 25, 14, 7, 10, tzinfo=UTC)  # 1614262030
BODY = b'{"test": 2432232314}'


def test_the_published_example_has_the_published_signature() -> None:
    secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
    at = datetime.fromtimestamp(1614265330, UTC)
    expected = "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="
    assert sign("msg_p5jXN8AQM9LWM0D4loKWxJek", at, BODY, [secret]) == expected


def test_the_published_client_accepts_our_signatures_old_and_new() -> None:
    old, new = new_signing_secret(), new_signing_secret()
    now = datetime.now(UTC)  # noqa: TID251  the client compares with the machine's clock
    headers = {
        "webhook-id": "msg_1",
        "webhook-timestamp": str(int(now.timestamp())),
        "webhook-signature": sign("msg_1", now, BODY, [new, old]),
    }
    for secret in (old, new):
        assert Webhook(secret).verify(BODY, headers) == {"test": 2432232314}
    with pytest.raises(WebhookVerificationError):
        Webhook(new_signing_secret()).verify(BODY, headers)


@settings(max_examples=100, deadline=None)
@given(body=st.binary(max_size=200), key=st.binary(min_size=24, max_size=64))
def test_a_signature_is_the_hmac_of_id_time_and_body(body: bytes, key: bytes) -> None:
    secret = "whsec_" + base64.b64encode(key).decode()
    message = b"m1." + str(int(AT.timestamp())).encode() + b"." + body
    expected = base64.b64encode(hmac.new(key, message, hashlib.sha256).digest()).decode()
    assert sign("m1", AT, body, [secret]) == f"v1,{expected}"


def test_several_secrets_give_several_signatures_with_blanks_between() -> None:
    first, second = new_signing_secret(), new_signing_secret()
    both = sign("m", AT, BODY, [first, second])
    assert both == f"{sign('m', AT, BODY, [first])} {sign('m', AT, BODY, [second])}"
    headers = signed_headers("m", AT, BODY, [first, second])
    for secret in (first, second):
        assert verify(headers, BODY, [secret], AT) == "m"
        assert verify(headers, BODY, [new_signing_secret(), secret], AT) == "m"


def test_names_of_headers_may_be_in_any_case_and_unknown_versions_are_passed_over() -> None:
    secret = new_signing_secret()
    headers = {
        name.upper(): value for name, value in signed_headers("m", AT, BODY, [secret]).items()
    }
    headers["WEBHOOK-SIGNATURE"] = "v1a,abc v2,xyz , " + headers["WEBHOOK-SIGNATURE"]
    assert verify(headers, BODY, [secret], AT) == "m"


@pytest.mark.parametrize("seconds", [-300, 0, 300])
def test_a_clock_may_be_five_minutes_off(seconds: int) -> None:
    secret = new_signing_secret()
    headers = signed_headers("m", AT, BODY, [secret])
    assert verify(headers, BODY, [secret], AT + timedelta(seconds=seconds)) == "m"


@pytest.mark.parametrize("seconds", [-301, 301, 86_400])
def test_an_old_or_future_message_is_refused(seconds: int) -> None:
    secret = new_signing_secret()
    headers = signed_headers("m", AT, BODY, [secret])
    with pytest.raises(BadSignatureError):
        verify(headers, BODY, [secret], AT + timedelta(seconds=seconds))


@pytest.mark.parametrize(
    ("header", "value"),
    [
        ("webhook-id", "m2"),
        ("webhook-timestamp", "1614262031"),
        ("webhook-timestamp", "x"),
        ("webhook-timestamp", "-1"),
        ("webhook-timestamp", "9" * 500),
        ("webhook-timestamp", "١٢٣"),
        ("webhook-signature", ""),
        ("webhook-signature", "v1,"),
        ("webhook-signature", "v1,\udce9"),
        ("webhook-signature", "g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="),
    ],
)
def test_anything_changed_is_refused(header: str, value: str) -> None:
    secret = new_signing_secret()
    headers = {**signed_headers("m", AT, BODY, [secret]), header: value}
    with pytest.raises(BadSignatureError):
        verify(headers, BODY, [secret], AT)


def test_another_body_another_secret_and_a_missing_header_are_refused() -> None:
    secret = new_signing_secret()
    headers = signed_headers("m", AT, BODY, [secret])
    with pytest.raises(BadSignatureError):
        verify(headers, BODY + b" ", [secret], AT)
    with pytest.raises(BadSignatureError):
        verify(headers, BODY, [new_signing_secret()], AT)
    for name in headers:
        with pytest.raises(BadSignatureError, match=name):
            verify({key: headers[key] for key in headers if key != name}, BODY, [secret], AT)


@pytest.mark.parametrize(
    "text", ["", "whsec_", "whsec_a", "whsec_!!!!", "whsec_" + "AAAA" * 7 + "é"]
)
def test_what_is_no_secret_is_refused(text: str) -> None:
    with pytest.raises(BadSecretError):
        secret_bytes(text)
