"""activities."""

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Hold the place of the activities tables, which are written beside other work."""
