"""Working logged activities in: who did it, when, and what follows from it.

A batch is a fixed number of statements, whatever is in it: what is known of all its identifiers,
profiles and apps is read at once, the activities are gone through in the order of the log, and what
came of them is written at once. How a log is cut into batches makes no difference. The bodies stay
in the log, which is the only place that has them.
"""

import json
from collections.abc import Sequence
from typing import Any, NamedTuple

from sqlalchemy import Connection

from bellwether.engine.activities.choices import Recorder
from bellwether.engine.activities.effects import (
    ChoiceEffect,
    ContentEffect,
    OpenEffect,
    ProfileEffect,
    Reading,
    read_activity,
)
from bellwether.engine.activities.log import ActivityLog
from bellwether.engine.activities.points import Cause, Gathering
from bellwether.engine.activities.profile_rules import change_profile
from bellwether.engine.activities.store_profiles import ChoiceStore, ProfileRow, ProfileStore
from bellwether.engine.activities.store_timeline import (
    AppRow,
    ContentRow,
    TimelineRow,
    TimelineStore,
)
from bellwether.kit.clock import to_micros
from bellwether.model.activities import Datamart, LoggedActivity
from bellwether.model.people import Origin

_Apps = dict[str, tuple[int, int, str]]
"""Where an app was last seen to change, and its versions, by the app's id."""


class _Read(NamedTuple):
    activity: LoggedActivity
    reading: Reading


def apply(connection: Connection, datamart: Datamart, activities: Sequence[LoggedActivity]) -> None:
    """Work activities of one datamart in, given in the order of its log.

    Raises InvalidInputError for one that cannot be worked in; then nothing of the batch is.
    Activities of people who were erased after them have no effect and leave the log.
    """
    read = [_Read(one, read_activity(one.body, datamart.compartment_id)) for one in activities]
    _Batch(connection, datamart).work_in(read)


class _Batch:
    """One batch on its way into the store."""

    def __init__(self, connection: Connection, datamart: Datamart) -> None:
        self._connection = connection
        self._id = datamart.id
        self._points = Gathering(connection, datamart.id, self._joined)
        counters = self._points.counters
        self._choices = Recorder(counters.choices, counters.digest)
        self._profiles: dict[str, ProfileRow] = {}
        self._changed: set[str] = set()
        self._apps: dict[int, _Apps] = {}
        self._timeline: list[TimelineRow] = []
        self._app_rows: list[AppRow] = []
        self._contents: list[ContentRow] = []
        self._erased: list[int] = []

    def work_in(self, read: Sequence[_Read]) -> None:
        """Read what is known, go through the activities, write."""
        self._points.load(name for _, reading in read for name in reading.names)
        self._load(read)
        for activity, reading in read:
            barred = self._points.barred_ts(reading.names)
            if barred is not None and reading.ts <= barred:
                self._erased.append(activity.seq)
            else:
                self._take(activity, reading)
        self._write()

    def _load(self, read: Sequence[_Read]) -> None:
        names: set[str] = set()
        app_ids: set[str] = set()
        for _, reading in read:
            for effect in reading.effects:
                if isinstance(effect, ProfileEffect):
                    names.add(effect.name)
                elif isinstance(effect, OpenEffect):
                    app_ids.add(effect.app_id)
        if names:
            self._profiles = ProfileStore(self._connection, self._id).get(sorted(names))
        people = self._points.people() if app_ids else ()
        if people:
            found = TimelineStore(self._connection).apps(self._id, people, sorted(app_ids))
            for row in found:  # of each app the last change comes last
                known = self._apps.setdefault(row.person, {})
                known[row.app_id] = (row.seq, row.place, row.versions)

    def _take(self, activity: LoggedActivity, reading: Reading) -> None:
        seq = activity.seq
        point = 0
        if reading.names:
            cause = Cause(
                str(activity.body["$unique_key"]), activity.sent_by, to_micros(activity.received_at)
            )
            point = self._points.attribute(reading.names, cause, reading.emails)
            self._timeline.append(
                TimelineRow(self._id, point, reading.ts, seq, reading.lane, reading.expires_ts)
            )
            for effect in reading.effects:
                self._follow(effect, point, seq, cause)
        for effect in reading.effects:
            if isinstance(effect, ContentEffect):
                self._contents.append(ContentRow(self._id, seq, *effect))

    def _follow(self, effect: Any, point: int, seq: int, cause: Cause) -> None:
        if isinstance(effect, ProfileEffect):
            known = self._profiles.get(effect.name)
            self._profiles[effect.name] = change_profile(
                known, effect.name, effect.change, cause.at
            )
            self._changed.add(effect.name)
        elif isinstance(effect, ChoiceEffect):
            self._choices.record(point, effect.choice, cause, Origin.ACTIVITY, cause.text)
        elif isinstance(effect, OpenEffect):
            self._open(effect, point, seq)

    def _open(self, effect: OpenEffect, point: int, seq: int) -> None:
        """Note the first opening of an app, and one in another version than the last."""
        apps = self._apps.setdefault(self._points.person(point), {})
        known = apps.get(effect.app_id)
        versions = dict(effect.versions)
        if known is not None:
            before = json.loads(known[2])
            versions = {**before, **versions}  # a version that was not sent has not changed
            if versions == before:
                return
        event = "$app_install" if known is None else "$app_update"
        text = json.dumps(versions, sort_keys=True)
        apps[effect.app_id] = (seq, effect.place, text)
        self._app_rows.append(
            AppRow(self._id, point, effect.app_id, seq, effect.place, event, effect.ts, text)
        )

    def _joined(self, kept: int, gone: int) -> None:
        """Of two people's apps, the one seen last is what the next opening is compared with."""
        apps = self._apps.setdefault(kept, {})
        for app_id, seen in self._apps.pop(gone, {}).items():
            apps[app_id] = max(seen, apps.get(app_id, seen))

    def _write(self) -> None:
        self._points.save(self._choices.number, self._choices.digest)
        TimelineStore(self._connection).add(self._timeline, self._app_rows, self._contents)
        ProfileStore(self._connection, self._id).put(
            [self._profiles[name] for name in sorted(self._changed)]
        )
        ChoiceStore(self._connection, self._id).add(self._choices.rows)
        ActivityLog(self._connection).erase(self._id, self._erased)
