"""Registrations and their letters, for tests of accounts."""

from datetime import datetime
from typing import Any

import pytest
from sqlalchemy import select

from extensions import db
from models import Delivery, Person, Purpose
from rules.errors import DeskError
from services import people
from tests import factories
from tests.services.played import NOW

ALL = set(Purpose)
NEW = {"last_name": "Тестинг", "first_name": "Тестовый", "patronymic": "", "email": "New@Romashka.example"}


def register(*, at: datetime = NOW, **values: Any) -> Person:
    return people.register(**NEW | {"consent_version": "2026-01"} | values, at=at)


def letters(template: str = "") -> list[Delivery]:
    query = select(Delivery).where(Delivery.template == template) if template else select(Delivery)
    return list(db.session.scalars(query.order_by(Delivery.id)))


def token_of(letter: Delivery) -> str:
    return str(letter.data["token"])


def refusal(token: str, purposes: set[Purpose] = ALL, at: datetime = NOW) -> DeskError:
    with pytest.raises(DeskError) as caught:
        people.link(token, purposes, at=at)
    return caught.value


def confirmed(at: datetime = NOW) -> Person:
    register()
    return people.set_password(people.link(token_of(letters()[-1]), ALL, at=at), factories.PASSWORD, at=at)
