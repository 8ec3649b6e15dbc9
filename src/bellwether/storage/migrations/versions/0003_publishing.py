"""publishing."""

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Hold the place of the publishing tables, which are written beside other work."""
