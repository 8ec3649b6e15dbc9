"""What is read without a state machine is what h11 reads, and nothing that it would not."""

import h11
from hypothesis import example, given
from hypothesis import strategies as st

from bellwether.kit.http.plain import plain_answer, plain_request

pieces = st.sampled_from(
    [
        b"HTTP/1.1 200 OK\r\n",
        b"HTTP/1.1 204\r\n",
        b"HTTP/1.1 304 Not\r\n",
        b"HTTP/1.0 200 OK\r\n",
        b"HTTP/1.1 100 Continue\r\n\r\n",
        b"HTTP/1.1 999 Odd\r\n",
        b"Content-Length: 2\r\n",
        b"content-length: 0\r\n",
        b"Content-Length: +2\r\n",
        b"Content-Length: 2, 2\r\n",
        b"Transfer-Encoding: chunked\r\n",
        b"Connection: close\r\n",
        b"Connection: Keep-Alive\r\n",
        b"Connection: keep-alive, close\r\n",
        b"Upgrade: h2c\r\n",
        b"X-One:  a b\t\r\n",
        b"X-One:\r\n",
        b" folded\r\n",
        b"X Bad: 1\r\n",
        b"X-\xe9: 1\r\n",
        b"X-Text: \xe9\x01\r\n",
        b"Retry-After: 60\r\n",
        b"no colon\r\n",
        b"\r\n",
        b"\n",
        b"ok",
        b"2\r\nok\r\n0\r\n\r\n",
    ]
)
names = st.text("ab-: \r\n\x00é", max_size=4)
values = st.text("ab \t\r\n\x00é", max_size=4)


def by_h11(data: bytes) -> tuple[int, dict[str, str], bytes, bool] | None:
    """Return what h11 makes of an answer, None when it is not exactly one."""
    speaker = h11.Connection(h11.CLIENT)
    speaker.send(h11.Request(method="POST", target="/", headers=[("Host", "x")]))
    speaker.send(h11.EndOfMessage())
    speaker.receive_data(data)
    try:
        head, body = speaker.next_event(), b""
        while isinstance(event := speaker.next_event(), h11.Data):
            body += event.data
    except h11.ProtocolError:
        return None
    if not isinstance(head, h11.Response) or not isinstance(event, h11.EndOfMessage):
        return None
    if speaker.trailing_data[0]:
        return None
    headers = {name.decode(): value.decode("latin-1") for name, value in head.headers}
    return head.status_code, headers, body, speaker.their_state is h11.DONE


@given(st.lists(pieces, min_size=1, max_size=7).map(b"".join))
@example(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")
@example(b"HTTP/1.1 204\r\nConnection: close\r\n\r\n")
def test_an_answer_is_read_as_h11_reads_it_or_left_to_it(data: bytes) -> None:
    mine = plain_answer(data)
    if mine is not None:
        assert tuple(mine) == by_h11(data)


def test_usual_answers_are_plain() -> None:
    whole = plain_answer(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nX-One:  a \r\n\r\nok")
    assert whole is not None
    assert whole.headers == {"content-length": "2", "x-one": "a"}
    assert (whole.status, whole.body, whole.lasting) == (200, b"ok", True)
    empty = plain_answer(b"HTTP/1.1 204 No Content\r\nConnection: close\r\n\r\n")
    assert empty is not None
    assert (empty.status, empty.body, empty.lasting) == (204, b"", False)


@given(st.lists(st.tuples(names, values), max_size=3), st.binary(max_size=8))
def test_a_request_says_what_h11_would_say_or_is_left_to_it(
    headers: list[tuple[str, str]], content: bytes
) -> None:
    given_headers = [("Host", "x"), ("Content-Length", str(len(content))), *headers]
    mine = plain_request("POST", b"/in?a=b", given_headers, content)
    if mine is None:
        return
    speaker = h11.Connection(h11.SERVER)
    speaker.receive_data(mine)
    request, body = speaker.next_event(), b""
    assert isinstance(request, h11.Request)
    while isinstance(event := speaker.next_event(), h11.Data):
        body += event.data
    assert isinstance(event, h11.EndOfMessage)
    said = [(name.decode(), value.decode()) for name, value in request.headers]
    assert said == [(name.lower(), value) for name, value in given_headers]
    assert (request.target, body) == (b"/in?a=b", content)
