import pytest
from tests.support.urls import Things, named, refusal, rows, unexercised

from bellwether.connectors.platforms.facebook.urls import URLS
from bellwether.model.platforms import Kind

THINGS: Things = {
    (Kind.POST, "10158345715593553"): [
        "https://www.facebook.com/19292868552/posts/10158345715593553/",
        "https://www.facebook.com/SomePage/posts/10158345715593553?comment_id=1&reply_comment_id=2",
        "https://www.facebook.com/SomePage/posts/a-title-of-it/10158345715593553/",
        "https://www.facebook.com/SomePage/activity/10158345715593553",
        "https://m.facebook.com/story.php?story_fbid=10158345715593553&id=19292868552",
        "https://www.facebook.com/permalink.php?story_fbid=10158345715593553&id=19292868552",
        (
            "https://www.facebook.com/plugins/"
            "post.php?href=https%3A%2F%2Fwww.facebook.com%2FSomePage%2Fposts%2F10158345715593553&width=500"
        ),
        (
            "https://m.facebook.com/"
            "login.php?next=https%3A%2F%2Fm.facebook.com%2FSomePage%2Fposts%2F10158345715593553"
        ),
        (
            "https://www.facebook.com/login/"
            "?next=https%3A%2F%2Fwww.facebook.com%2FSomePage%2Fposts%2F10158345715593553"
        ),
    ],
    (Kind.POST, "pfbid0AbCdEfGhIjKlMnOpQrStUv"): [
        "https://www.facebook.com/SomePage/posts/pfbid0AbCdEfGhIjKlMnOpQrStUv",
        (
            "https://www.facebook.com/"
            "permalink.php?story_fbid=pfbid0AbCdEfGhIjKlMnOpQrStUv&id=19292868552"
        ),
    ],
    (Kind.POST, "2345678901234567"): [
        "https://www.facebook.com/groups/some.group/posts/2345678901234567/",
        "https://www.facebook.com/groups/123456/permalink/2345678901234567/",
        "https://www.facebook.com/groups/123456/?multi_permalinks=2345678901234567",
        "https://m.facebook.com/groups/123456?view=permalink&id=2345678901234567",
    ],
    (Kind.POST, "10158249017468553"): [
        "https://www.facebook.com/photo/?fbid=10158249017468553&set=a.444082318552",
        "https://www.facebook.com/photo.php?fbid=10158249017468553",
        "https://www.facebook.com/SomePage/photos/10158249017468553/",
        "https://www.facebook.com/SomePage/photos/a.444082318552/10158249017468553/?type=3",
    ],
    (Kind.LIVE, "334712884667245"): [
        "https://www.facebook.com/watch/live/?v=334712884667245&ref=watch_permalink",
    ],
    (Kind.VIDEO, "334712884667245"): [
        "https://www.facebook.com/watch/?v=334712884667245",
        "https://fb.com/watch?v=334712884667245",
        "https://www.facebook.com/video.php?v=334712884667245",
        "https://www.facebook.com/video.php?id=334712884667245",
        "https://www.facebook.com/video/embed?video_id=334712884667245",
        "https://www.facebook.com/SomePage/videos/334712884667245/",
        "https://www.facebook.com/SomePage/videos/vb.123/334712884667245/?type=2",
        "https://de-de.facebook.com/SomePage/videos/ein-titel/334712884667245",
        (
            "https://www.facebook.com/plugins/"
            "video.php?href=https%3A%2F%2Fwww.facebook.com%2FSomePage%2Fvideos%2F334712884667245%2F&show_text=0"
        ),
    ],
    (Kind.REEL, "334712884667245"): [
        "https://www.facebook.com/reel/334712884667245",
        "https://m.facebook.com/reel/334712884667245/?s=single_unit",
        "https://www.facebook.com/reels/334712884667245/",
    ],
    (Kind.STORY, "UzpfSVNDOjEyMzQ1Njc4OTA="): [
        "https://www.facebook.com/stories/102345678901234/UzpfSVNDOjEyMzQ1Njc4OTA=/?source=x",
    ],
    (Kind.PROFILE, "100012345678901"): [
        "https://www.facebook.com/profile.php?id=100012345678901",
        "https://m.facebook.com/profile.php?id=100012345678901&sk=about",
        "https://www.facebook.com/people/Some-Name/100012345678901/",
        "https://www.facebook.com/pages/Some-Page/100012345678901",
        "https://www.facebook.com/pages/category/Artist/Some-Page-100012345678901/",
        "https://www.facebook.com/p/Some-Page-100012345678901/",
        "https://www.facebook.com/Some-Page-100012345678901/",
        "https://www.facebook.com/100012345678901",
        "facebook:100012345678901",
    ],
    (Kind.PROFILE, "pfbid0abcDEF1234567890ghi"): [
        "https://www.facebook.com/people/Some-Name/pfbid0abcDEF1234567890ghi/",
        "https://www.facebook.com/pfbid0abcDEF1234567890ghi",
        "facebook:pfbid0abcDEF1234567890ghi",
        "https://www.facebook.com/people/Zoë-Name/pfbid0abcDEF1234567890ghi/?sk=about",
    ],
    (Kind.PROFILE, "some.page"): [
        "https://www.facebook.com/Some.Page",
        "https://fb.com/some.page?ref=x",
        "web.facebook.com/some.page/",
        "https://www.facebook.com/pg/some.page/posts/",
        "https://www.facebook.com/plugins/page.php?href=https%3A%2F%2Fwww.facebook.com%2Fsome.page",
        *(
            "https://www.facebook.com/some.page/" + tab
            for tab in (
                "about",
                "community",
                "events",
                "followers",
                "following",
                "friends",
                "likes",
                "live",
                "live_videos",
                "mentions",
                "music",
                "photos",
                "photos_albums",
                "posts",
                "reels",
                "reels_tab",
                "reviews",
                "shop",
                "videos",
            )
        ),
        "facebook:@Some.Page",
    ],
    (Kind.SHORT_LINK, "1AbCdEfGhI"): [
        "https://www.facebook.com/share/v/1AbCdEfGhI/?mibextid=x",
        "https://www.facebook.com/share/r/1AbCdEfGhI/",
        "https://www.facebook.com/share/p/1AbCdEfGhI/",
        "https://www.facebook.com/share/1AbCdEfGhI/",
        "https://fb.watch/1AbCdEfGhI/",
        "https://fb.watch/v/1AbCdEfGhI/",
        "https://fb.me/1AbCdEfGhI",
    ],
}

REFUSED = [
    "https://www.facebook.com/",
    "https://www.facebook.com/marketplace/item/123456",
    "https://www.facebook.com/watch/",
    "https://www.facebook.com/groups/123456/",
    "https://www.facebook.com/events/123456/",
    "https://www.facebook.com/hashtag/x",
    "https://www.facebook.com/home.php",
    "https://www.facebook.com/sharer/sharer.php?u=https%3A%2F%2Fexample.com",
    "https://www.facebook.com/story.php?story_fbid=1",
    "https://www.facebook.com/login/",
    "https://www.facebook.com/login/?next=https%3A%2F%2Fevil.example%2Fa%2Fposts%2F1",
    "https://www.facebook.com/plugins/video.php",
    "https://www.facebook.com/ads/library/?id=1",
    "https://l.facebook.com/l.php?u=https%3A%2F%2Fexample.com",
    "https://developers.facebook.com/docs",
    "https://evilfacebook.com/a/posts/1",
    "facebook:watch",
]


@pytest.mark.parametrize(("text", "kind", "id_"), rows(THINGS))
def test_every_address_of_a_thing_names_it(text: str, kind: Kind, id_: str) -> None:
    assert named(URLS, text) == (kind, id_)


@pytest.mark.parametrize("text", REFUSED)
def test_other_pages_name_nothing(text: str) -> None:
    assert refusal(text) is not None


def test_every_form_of_address_is_exercised() -> None:
    assert unexercised(URLS, THINGS) == []
