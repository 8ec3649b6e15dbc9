import pytest
from tests.support.urls import Things, named, refusal, rows, unexercised

from bellwether.connectors.platforms.linkedin.urls import URLS
from bellwether.model.platforms import Kind

THINGS: Things = {
    (Kind.POST, "7123456789012345678"): [
        "https://www.linkedin.com/feed/update/urn:li:activity:7123456789012345678/",
        (
            "https://www.linkedin.com/feed/update/"
            "urn%3Ali%3Aactivity%3A7123456789012345678?utm_source=share"
        ),
        "https://www.linkedin.com/feed/update/urn:li:share:7123456789012345678",
        "https://www.linkedin.com/feed/update/urn:li:ugcPost:7123456789012345678",
        "https://www.linkedin.com/embed/feed/update/urn:li:activity:7123456789012345678?compact=1",
        "https://www.linkedin.com/comm/feed/update/urn:li:activity:7123456789012345678",
        (
            "https://www.linkedin.com/feed/"
            "?highlightedUpdateUrn=urn%3Ali%3Aactivity%3A7123456789012345678"
        ),
        (
            "https://www.linkedin.com/posts/"
            "williamhgates_some-words-here-activity-7123456789012345678-AbCd?utm_source=share"
        ),
        "https://www.linkedin.com/posts/williamhgates_activity-7123456789012345678-AbCd/",
        "https://de.linkedin.com/posts/acme_share-7123456789012345678-x_Y9",
        "https://www.linkedin.com/comm/posts/acme_words-ugcPost-7123456789012345678-AbCd",
    ],
    (Kind.LIVE, "7123456789012345678"): [
        "https://www.linkedin.com/video/live/urn:li:ugcPost:7123456789012345678/",
        "https://www.linkedin.com/video/event/urn:li:ugcPost:7123456789012345678/",
    ],
    (Kind.POST, "some-article-jane-doe-abc12"): [
        "https://www.linkedin.com/pulse/some-article-jane-doe-abc12/",
        "https://www.linkedin.com/pulse/Some-Article-Jane-Doe-abc12?trk=x",
    ],
    (Kind.PLAYLIST, "6843212345678901234"): [
        "https://www.linkedin.com/newsletters/some-words-6843212345678901234/",
        "linkedin.com/newsletters/Zwölf-Wörter-6843212345678901234?trk=x",
        "https://www.linkedin.com/newsletters/6843212345678901234/",
    ],
    (Kind.PROFILE, "williamhgates"): [
        "https://www.linkedin.com/in/williamhgates",
        "linkedin.com/in/WilliamHGates/?originalSubdomain=de",
        "https://de.linkedin.com/in/williamhgates/en",
        "https://www.linkedin.com/in/williamhgates/recent-activity/all/",
        "https://www.linkedin.com/comm/in/williamhgates",
        "https://m.linkedin.com/mwlite/in/williamhgates",
        "linkedin:@williamhgates",
        "linkedin:WilliamHGates",
    ],
    (Kind.PROFILE, "josé-müller-1a2b3c"): [
        "https://www.linkedin.com/in/jos%C3%A9-m%C3%BCller-1a2b3c/",
    ],
    (Kind.PROFILE, "company/microsoft"): [
        "https://www.linkedin.com/company/microsoft/",
        "https://www.linkedin.com/company/Microsoft/posts/?feedView=all",
        "https://www.linkedin.com/comm/company/microsoft",
        "https://www.linkedin.com/mwlite/company/microsoft",
        "https://www.linkedin.com/showcase/microsoft/",
        "https://www.linkedin.com/school/microsoft/about",
        "linkedin:company/Microsoft",
    ],
    (Kind.SHORT_LINK, "eAbC_12-"): [
        "https://lnkd.in/eAbC_12-",
        "https://lnkd.in/p/eAbC_12-",
    ],
}

REFUSED = [
    "https://www.linkedin.com/",
    "https://www.linkedin.com/feed/",
    "https://www.linkedin.com/jobs/view/123456",
    "https://www.linkedin.com/in/",
    "https://www.linkedin.com/groups/123456",
    "https://www.linkedin.com/feed/update/urn:li:member:123456",
    "https://www.linkedin.com/posts/no-number",
    "https://learning.linkedin.com/x",
    "https://lnkd.in/",
    "linkedin:posts/x",
]


@pytest.mark.parametrize(("text", "kind", "id_"), rows(THINGS))
def test_every_address_of_a_thing_names_it(text: str, kind: Kind, id_: str) -> None:
    assert named(URLS, text) == (kind, id_)


@pytest.mark.parametrize("text", REFUSED)
def test_other_pages_name_nothing(text: str) -> None:
    assert refusal(text) is not None


def test_every_form_of_address_is_exercised() -> None:
    assert unexercised(URLS, THINGS) == []
