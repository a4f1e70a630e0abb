"""What must be done before the desk can serve, and what may be done after: `flask` commands, in this process."""

import logging

import click
from flask import Flask
from flask.cli import ScriptInfo

import speech


def prepare(app: Flask) -> None:
    """Bring the database up to date and put in what every desk begins with: with DEMO on, the demo desk."""
    logging.getLogger("alembic").setLevel(logging.WARNING)
    run_command(app, "db", "upgrade")
    run_command(app, "demo", "load") if app.config["DEMO"] else run_command(app, "prepare")


def lacks_model(app: Flask) -> bool:
    return speech.find(app.config["VOSK_MODEL"], app.config["DATA_DIR"]) is None


def install_model(app: Flask) -> None:
    """Fetch the speech model. Without the network that is one line, and voice notes wait for their text."""
    try:
        run_command(app, "speech", "install", "--if-missing")
    except click.ClickException as error:
        cause = error.__cause__
        why = cause.code if isinstance(cause, speech.ModelError) else error.message
        print(f"not installed ({why}): voice notes wait for their text; try again: flask --app app speech install")


def run_command(app: Flask, *words: str) -> None:
    """Run `flask WORDS` on an application that exists already. Raises click.ClickException."""
    with app.app_context():
        app.cli.main(args=list(words), prog_name="flask", standalone_mode=False, obj=ScriptInfo(create_app=lambda: app))
