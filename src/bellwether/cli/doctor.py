"""`bellwether doctor`: what is wrong here, and what to do about it."""

import typer

from bellwether.cli import common, output


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("doctor")(doctor)


def doctor(
    *, data: common.Data = None, database: common.Database = None, as_json: common.Json = False
) -> None:
    """Look at this machine, the store, the sources and the trackers; exits with 1 if one is wrong.

    Each line says what was found and, when that is wrong, what to do. Nothing is changed, except
    that an older store is brought up to date, as every command does.
    """
    from bellwether.cli import checks  # noqa: PLC0415  --help must not wait for it

    wrong = 0
    for found in checks.examine(data, database):
        wrong += not found.ok
        advice = None if found.ok else found.advice
        if as_json:
            output.emit_json(
                {"check": found.name, "ok": found.ok, "detail": found.detail, "advice": advice}
            )
            continue
        output.say(f"{'ok   ' if found.ok else 'WRONG'}  {found.name}: {found.detail}")
        if advice:
            output.say(f"       {advice}")
    if wrong:
        raise typer.Exit(output.FAILED)
