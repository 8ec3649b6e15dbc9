"""people."""

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Hold the place of the people tables, which are written beside other work."""
