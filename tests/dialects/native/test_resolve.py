import httpx


def test_texts_are_resolved_in_order_and_nothing_is_fetched(client: httpx.Client) -> None:
    urls = ["https://youtu.be/dQw4w9WgXcQ?si=x", "nonsense", "https://vm.tiktok.com/ZMabcdef1/"]
    answer = client.post("/api/v1/resolve", json={"urls": urls})
    assert answer.status_code == 200
    video, nonsense, short = answer.json()["data"]
    assert video == {
        "url": urls[0],
        "platform": "youtube",
        "kind": "video",
        "id": "dQw4w9WgXcQ",
        "needs_unshortening": False,
    }
    assert nonsense.keys() == {"url", "error"}
    assert (short["kind"], short["needs_unshortening"]) == ("short_link", True)


def test_a_thousand_texts_fit_one_request_and_no_more(client: httpx.Client) -> None:
    urls = ["https://youtu.be/dQw4w9WgXcQ"] * 1000
    assert len(client.post("/api/v1/resolve", json={"urls": urls}).json()["data"]) == 1000
    for wrong in ([], [*urls, "x"]):
        answer = client.post("/api/v1/resolve", json={"urls": wrong})
        assert (answer.status_code, answer.json()["error"]["field"]) == (400, "urls")


def test_connectors_say_what_they_can_and_whether_they_work(client: httpx.Client) -> None:
    rows = {row["name"]: row for row in client.get("/api/v1/connectors").json()["data"]}
    assert rows["sandbox"]["works"] is True
    assert rows["sandbox"]["environments"] == ["sandbox"]
    assert {"platform", "capability", "batch_size", "cost", "price_usd"} == (
        rows["sandbox"]["operations"][0].keys()
    )
    assert rows["youtube"]["works"] is False  # it has no key here
    assert rows["youtube"]["detail"]
