"""«Устройства» (D12): every browser that is signed in as somebody, and signing them out."""

from flask import Blueprint, flash, g, redirect, render_template, url_for
from flask_babel import gettext as _
from flask_login import login_required

from blueprints._web import Answer, found, me, no_store, now
from channels import wording
from jobs import committed
from models import Device, Purpose
from services import devices, people

bp = Blueprint("devices", __name__)


@bp.before_request
@login_required
def signed_in() -> None:
    g.section = "profile"


@bp.get("/profile/devices")
def index() -> Answer:
    """Show where, how and since when somebody is signed in as him."""
    shown = [_shown(device) for device in devices.of(me(), at=now())]
    return no_store(render_template("profile/devices.html", devices=shown))


def _shown(device: Device) -> dict[str, object]:
    return {
        "id": device.id,
        "name": _name(device.name),
        "way": wording.sign_in_way(device.signed_in_by),
        "created_at": device.created_at,
        "last_seen_at": device.last_seen_at,
        "is_current": device.id == me().device_id,
    }


def _name(name: str) -> str:
    """Return «Chrome, Android» without the half that its browser did not tell."""
    told = [part for part in name.split(", ") if part != "?"]
    return ", ".join(told) or str(_("Unknown browser"))


@bp.post("/profile/devices/<int:device_id>/end")
def end(device_id: int) -> Answer:
    with committed():
        found(devices.end(me(), device_id) or None)
    flash(_("The device is signed out."), "success")
    return redirect(url_for("devices.index"), 303)


@bp.post("/profile/devices/end-others")
def end_others() -> Answer:
    """«Выйти на всех остальных»: what waits on a QR code ends with them."""
    with committed():
        devices.end_others(me(), keep=me().device_id)
        people.close_links(me(), {Purpose.HAND_OFF}, at=now())
    flash(_("All other devices are signed out."), "success")
    return redirect(url_for("devices.index"), 303)
