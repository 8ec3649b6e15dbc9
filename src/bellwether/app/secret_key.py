"""The server's own key, with which secrets in the store are sealed."""

import os
from collections.abc import Sequence
from pathlib import Path

from bellwether.app.settings import Settings
from bellwether.kit.ids import new_id
from bellwether.kit.sealing import BadKeyError, Sealer, new_key, parse_keys
from bellwether.model.errors import UnavailableError

KEY_FILE = "secret.key"


def make_sealer(settings: Settings) -> Sealer:
    """Return what seals with the setting's keys, else with the file's in the data folder.

    The file is made when it is first needed, readable by its owner only.
    """
    return Sealer(lambda: settings.secret_key or read_key_file(settings.data / KEY_FILE))


def read_key_file(path: Path) -> Sequence[str]:
    """Return the keys in a file, newest first, made with a new key where there is none.

    Two processes may do this at once: one key wins. UnavailableError when that cannot be done.
    """
    try:
        if not path.exists():
            _make(path)
        return parse_keys(",".join(path.read_text(encoding="ascii").split()))
    except (OSError, UnicodeError, BadKeyError) as error:
        raise UnavailableError(f"the key file {path} cannot be used: {error}") from error


def _make(path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    fresh = path.with_name(f"{path.name}.{new_id()}")
    try:
        with os.fdopen(os.open(fresh, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "w") as file:
            file.write(new_key() + "\n")
            file.flush()
            os.fsync(file.fileno())
        # A link, unlike a rename, leaves the file alone that another was quicker to make.
        path.hardlink_to(fresh)
    except FileExistsError:
        return
    finally:
        fresh.unlink(missing_ok=True)
