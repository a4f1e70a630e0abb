"""The `flask` commands of operators and tests. Machine output is one JSON object on standard output."""

import json
import logging
import sys
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import click
from flask import Flask, current_app
from flask.cli import AppGroup

import speech as hearing
from channels import mailbox, vapid
from jobs import committed, deliver
from jobs import robot as robot_job
from jobs import sla as sla_job
from jobs.clock import utc_now
from models import Role, Team
from rules import weeks
from rules.errors import DeskError
from rules.registration import EMAIL
from services import clockwork, defaults, health, people, search_index
from services import demo as demo_desk
from services import load as load_desk
from services import sla as promises
from speech_commands import speech

log = logging.getLogger(__name__)

demo = AppGroup("demo", help="The demo desk.")
staff = AppGroup("staff", help="Members of staff.")
mail = AppGroup("mail", help="Letters.")
robot = AppGroup("robot", help="The inactivity robot.")
deliveries = AppGroup("deliveries", help="The outbox.")
sla = AppGroup("sla", help="The promises of the regulations.")
search = AppGroup("search", help="What tickets and articles are found by.")

as_json = click.option("--json", "is_json", is_flag=True, help="Print one JSON object.")


def init_app(app: Flask) -> None:
    for group in (demo, staff, mail, robot, speech, deliveries, search, sla):
        app.cli.add_command(group)
    app.cli.add_command(doctor)
    app.cli.add_command(prepare)
    app.cli.add_command(generate)


def _print(values: Any, is_json: bool) -> None:
    click.echo(json.dumps(values, ensure_ascii=False) if is_json else _plain(values))


def _plain(values: Any) -> str:
    if isinstance(values, dict):
        return "\n".join(f"{name}: {value}" for name, value in values.items())
    return "\n".join(str(value) for value in values)


@click.command()
def prepare() -> None:
    """Make what every desk starts with (after `flask db upgrade`); safe to repeat."""
    with committed():
        defaults.ensure(at=utc_now())
    _index_missing()


def _index_missing() -> int:
    """Keep what tickets and articles that came past the desk are found by: of an older release, of a bulk load."""
    done = 0
    while True:
        with committed():
            kept = search_index.next_missing()
        if not kept:
            return done
        done += kept
        log.info("search: %d tickets and articles are found by their words", done)


@search.command("rebuild")
@as_json
def search_rebuild(is_json: bool) -> None:
    """Read all tickets and articles anew. The desk may run meanwhile."""
    with committed():
        search_index.forget()
    _print({"indexed": _index_missing()}, is_json)


@demo.command("load")
def demo_load() -> None:
    """Load the demo desk; safe to repeat."""
    if not current_app.config["DEMO"]:
        raise click.ClickException("DEMO is off: the demo desk's passwords are public.")
    with committed():
        defaults.ensure(at=utc_now())
        made = demo_desk.load(at=utc_now())
    _index_missing()
    click.echo("loaded" if made else "the demo desk is there already")


@demo.command("show")
@as_json
def demo_show(is_json: bool) -> None:
    """Show the demo desk's people with their current codes."""
    if not current_app.config["DEMO"]:
        raise click.ClickException("DEMO is off.")
    _print({"people": demo_desk.people_with_codes()}, is_json)


@staff.command("create")
@click.argument("email")
@click.option("--role", type=click.Choice(["agent", "admin"]), required=True)
@click.option("--team", type=click.Choice(["support", "service-center"]), default="support", show_default=True)
@click.option("--name", required=True, help="Last name first: «Алексеев Степан».")
def staff_create(email: str, role: str, team: str, name: str) -> None:
    """Make a member of staff and print the one-time link that sets the password."""
    last_name, _, first_name = name.strip().partition(" ")
    if not EMAIL.fullmatch(email.strip()):
        raise click.BadParameter(f"{email!r} is no address", param_hint="EMAIL")
    if not last_name:
        raise click.BadParameter("give the last name", param_hint="--name")
    try:
        with committed():
            _, token = people.add_staff(
                email,
                role=Role(role),
                team=Team(team.replace("-", "_")),
                last_name=last_name,
                first_name=first_name.strip(),
                at=utc_now(),
            )
    except DeskError as error:
        raise click.ClickException(f"{email}: {error.code}") from error
    click.echo(f"{current_app.config['PUBLIC_URL']}/password/reset?token={token}")


@mail.command("last")
@click.option("--to", "address", help="Only letters to this address.")
@as_json
def mail_last(address: str | None, is_json: bool) -> None:
    """Show the newest letter of the demo mailbox."""
    folder = mailbox.folder_of(current_app.config["MAIL_URL"])
    if folder is None:
        raise click.ClickException("MAIL_URL names no folder: letters leave this machine.")
    letter = mailbox.last(folder, address)
    if letter is None:
        raise click.ClickException("no letter yet")
    shown = {name: getattr(letter, name) for name in ("to", "subject", "text", "html", "headers", "path")}
    _print(shown, is_json)


@robot.command("run")
@click.option("--now", "moment", help="As of this moment, ISO 8601; without a zone: UTC.")
@click.option("--dry-run", is_flag=True, help="Say what would be done and do nothing.")
@as_json
def robot_run(moment: str | None, dry_run: bool, is_json: bool) -> None:
    """One pass of the inactivity robot and the timed moves."""
    _print(robot_job.run(_as_of(moment), dry_run=dry_run), is_json)


def _as_of(moment: str | None) -> datetime:
    try:
        at = datetime.fromisoformat(moment) if moment else utc_now()
    except ValueError as error:
        raise click.BadParameter(str(error), param_hint="--now") from error
    return at if at.tzinfo else at.replace(tzinfo=UTC)


@sla.command("show")
@as_json
def sla_show(is_json: bool) -> None:
    """Show what is promised at each level of support, and by whose working hours."""
    shown = {"levels": promises.policies_shown(), "teams": promises.weeks_shown()}
    if is_json:
        _print(shown, is_json)
        return
    for level, promised in shown["levels"].items():
        _print({f"{level} {target}": length for target, length in promised.items()}, is_json)
    for team, hours in shown["teams"].items():
        click.echo(f"{team}: {' '.join(hours['week'])} ({hours['zone']})")


@sla.command("run")
@click.option("--now", "moment", help="As of this moment, ISO 8601; without a zone: UTC.")
@as_json
def sla_run(moment: str | None, is_json: bool) -> None:
    """One pass over the promises: specialists hear before a deadline passes."""
    _print(sla_job.run(_as_of(moment)), is_json)


@sla.command("hours")
@click.argument("team", type=click.Choice(["support", "service-center"]))
@click.argument("week", nargs=-1, required=True, metavar="DAYS=HOURS…")
@click.option("--zone", default="Asia/Yekaterinburg", show_default=True, help="Time zone of the team.")
def sla_hours(team: str, week: tuple[str, ...], zone: str) -> None:
    """Let a team work other hours: mon-fri=8:30-12:30,13:30-17:30 sat=10:00-14:00."""
    try:
        hours = weeks.parsed(week)
        with committed():
            clockwork.set_week(Team(team.replace("-", "_")), hours, ZoneInfo(zone))
    except (ValueError, KeyError) as error:
        raise click.BadParameter(str(error), param_hint="WEEK") from error


@deliveries.command("drain")
@as_json
def deliveries_drain(is_json: bool) -> None:
    """Send what waits in the outbox now."""
    _print(deliver.drain(), is_json)


@click.command()
@click.option("--tickets", "count", type=int, required=True)
@click.option("--seed", type=int, default=1, show_default=True)
def generate(count: int, seed: int) -> None:
    """Make believable load for benchmarks: tickets with 3 comments each, in Russian."""
    with committed():
        defaults.ensure(at=utc_now())
    for done in load_desk.generate(count, seed=seed, at=utc_now()):
        click.echo(f"{done} / {count}", err=True)


@click.command()
def doctor() -> None:
    """Look at every part; exit 1 when one is broken."""
    config = current_app.config
    model = hearing.find(config["VOSK_MODEL"], config["DATA_DIR"])
    rows = [(part.name, "ok" if part.ok else "broken", part.detail) for part in health.parts(config)]
    rows.append(("mail out", "ok", config["MAIL_URL"].split("@")[-1]))
    rows.append(("mail in", "off", "not built yet"))
    rows.append(("telegram", "off", "not built yet"))
    rows.append(("vapid", *_vapid()))
    rows.append(("speech model", "ok" if model else "missing", model.name if model else "flask speech install"))
    secure = config["PUBLIC_URL"].startswith("https://")
    rows.append(("https", "ok" if secure else "off", config["PUBLIC_URL"]))
    for name, state, detail in rows:
        click.echo(f"{name:<14}{state:<9}{detail}")
    sys.exit(1 if any(state == "broken" for _, state, _ in rows) else 0)


def _vapid() -> tuple[str, str]:
    config = current_app.config
    try:
        key = vapid.vapid_key(config["VAPID_PRIVATE_KEY"], config["DATA_DIR"])
    except (ValueError, OSError) as error:
        return "broken", str(error)
    return "ok", vapid.public_key_text(key)[:16] + "…"
