"""«Мои данные» (S88–S89): read-only, with the authorization code at the lower right (S107–S109)."""

from flask import Blueprint, flash, g, redirect, render_template, url_for
from flask_babel import gettext as _
from flask_login import login_required

from blueprints._web import Answer, found, me, no_store, now
from jobs import committed
from models import Device
from services import devices, people

bp = Blueprint("profile", __name__)


@bp.before_request
@login_required
def signed_in() -> None:
    g.section = "profile"


@bp.get("/profile")
def show() -> Answer:
    person = me()
    facts = {name: getattr(person, name) for name in ("last_name", "first_name", "patronymic", "email", "created_at")}
    facts["company_name"] = person.company.name if person.company else ""
    page = render_template("profile/show.html", person=facts, code=people.code_of(person), devices=_devices())
    return no_store(page)


def _devices() -> list[dict[str, object]]:
    return [_device(device) for device in devices.of(me(), at=now())]


def _device(device: Device) -> dict[str, object]:
    return {
        "id": device.id,
        "name": device.name,
        "last_seen_at": device.last_seen_at,
        "is_current": device.id == me().device_id,
    }


@bp.get("/profile/devices")
def device_list() -> Answer:
    return redirect(url_for("profile.show") + "#devices", 303)


@bp.post("/profile/devices/<int:device_id>/end")
def end_device(device_id: int) -> Answer:
    with committed():
        found(devices.end(me(), device_id) or None)
    flash(_("The device is signed out."), "success")
    return redirect(url_for("profile.show"), 303)


@bp.post("/profile/code")
def change_code() -> Answer:
    """«Сменить код»: signs out what came in by the old one (D12)."""
    with committed():
        person = found(people.by_id(me().id))
        found(person if person.is_contact else None)
        people.new_code(person)
        devices.end_by_code(person, keep=me().device_id)
    flash(_("You have a new code. What had signed in by the old one is signed out."), "success")
    return redirect(url_for("profile.show"), 303)
