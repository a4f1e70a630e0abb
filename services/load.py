"""Believable load for benchmarks: written in bulk, past the verbs, so nobody is told of it."""

import random
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import func, insert, select, update

from extensions import WRITE, db
from models import (
    Comment,
    Counter,
    Event,
    EventKind,
    Kind,
    Person,
    Priority,
    Role,
    Team,
    Ticket,
    TicketRead,
    TicketSerial,
    TicketType,
)
from rules.statuses import Status
from services import richtext, search_index

BATCH = 500
WORDS = (
    "коммутатор порт прошивка обновление конфигурация потери пакеты линк модуль питание вентилятор журнал ошибка "
    "настройка маршрут агрегация петля зеркало счётчик скорость дуплекс доступ пароль консоль загрузчик сервер лицензия "
    "камера кабель стойка узел абонент трафик очередь приоритет фильтр список таблица адрес шлюз резерв авария гарантия"
).split()
STATUSES = (
    (Status.OPEN, 22),
    (Status.WAITING, 12),
    (Status.REOPENED, 3),
    (Status.DEFERRED, 2),
    (Status.SERVICE_CENTER, 1),
    (Status.RESOLVED, 10),
    (Status.CLOSED, 50),
)


def generate(count: int, *, seed: int, at: datetime) -> Iterator[int]:
    """Add `count` tickets with 3 comments each, by batches; yield how many are done. Commits each batch."""
    source = random.Random(seed)
    people = _people(source, at)
    agents = list(db.session.scalars(select(Person.id).where(Person.role == Role.AGENT))) or [people[0][0]]
    types = list(db.session.scalars(select(TicketType.id)))
    priorities = list(db.session.scalars(select(Priority.id)))
    db.session.rollback()
    for done in range(0, count, BATCH):
        size = min(BATCH, count - done)
        db.session.connection(execution_options={WRITE: True})
        number = _numbers(size)
        batch = [_ticket(source, number + place, people, agents, types, priorities, at) for place in range(size)]
        ids = list(db.session.scalars(insert(Ticket).returning(Ticket.id, sort_by_parameter_order=True), batch))
        _threads(source, ids, batch, agents)
        db.session.commit()
        yield done + size


def _numbers(size: int) -> int:
    last = db.session.scalar(
        update(Counter).where(Counter.name == "ticket").values(value=Counter.value + size).returning(Counter.value)
    )
    return (last or size) - size + 1


def _people(source: random.Random, at: datetime) -> list[tuple[int, int | None]]:
    """Return (person, company) of the contacts, at least 200 of them."""
    query = select(Person.id, Person.company_id).where(Person.role == Role.CONTACT)
    have = db.session.scalar(select(func.count()).select_from(Person).where(Person.role == Role.CONTACT)) or 0
    db.session.rollback()
    db.session.connection(execution_options={WRITE: True})
    rows = [
        {
            "email": f"load-{seed}@load.example",
            "role": Role.CONTACT,
            "last_name": source.choice(("Иванов", "Петров", "Сидоров", "Кузнецов", "Попов", "Смирнов")),
            "first_name": source.choice(("Иван", "Пётр", "Сергей", "Алексей", "Дмитрий")),
            "created_at": at,
            "activated_at": at,
        }
        for seed in range(have, 200)
    ]
    if rows:
        db.session.execute(insert(Person), rows)
    db.session.commit()
    return [(person, company) for person, company in db.session.execute(query)]


def _text(source: random.Random, words: int) -> str:
    return " ".join(source.choices(WORDS, k=words)).capitalize() + "."


def _ticket(
    source: random.Random,
    number: int,
    people: list[tuple[int, int | None]],
    agents: list[int],
    types: list[int],
    priorities: list[int],
    at: datetime,
) -> dict[str, Any]:
    person, company = source.choice(people)
    status = source.choices([status for status, _ in STATUSES], [weight for _, weight in STATUSES])[0]
    created = at - timedelta(minutes=source.randrange(60, 500_000))
    changed = created + timedelta(minutes=source.randrange(1, 50))
    return {
        "number": number,
        "subject": f"SNR-S{source.randrange(2900, 5400)}: {_text(source, 4)}"[:200],
        "type_id": source.choice(types),
        "priority_id": source.choice(priorities),
        "status": status,
        "team": Team.SUPPORT,
        "contact_id": person,
        "author_id": person,
        "company_id": company,
        "assignee_id": source.choice(agents),
        "created_at": created,
        "updated_at": changed,
        "staff_updated_at": changed,
        "status_since": changed,
        "deferred_until": at + timedelta(days=20) if status == Status.DEFERRED else None,
    }


def _threads(source: random.Random, ids: list[int], batch: list[dict[str, Any]], agents: list[int]) -> None:
    comments, events, serials, reads = [], [], [], []
    for ticket_id, ticket in zip(ids, batch, strict=True):
        for place in range(4):
            author = ticket["author_id"] if place % 2 == 0 else ticket["assignee_id"]
            text = _text(source, 40)
            comments.append(
                {
                    "ticket_id": ticket_id,
                    "author_id": author,
                    "kind": Kind.PUBLIC if place else Kind.DESCRIPTION,
                    "body_text": text,
                    "body_html": richtext.from_plain(text),
                    "at": ticket["created_at"] + timedelta(minutes=place * 10),
                }
            )
        opened = {"ticket_id": ticket_id, "actor_id": ticket["author_id"], "kind": EventKind.OPENED, "data": {}}
        events.append(opened | {"at": ticket["created_at"]})
        serials.append({"ticket_id": ticket_id, "position": 0, "serial_number": f"OE{source.randrange(10**8):08d}"})
        reads.append({"ticket_id": ticket_id, "person_id": ticket["author_id"], "read_at": ticket["updated_at"]})
    for table, rows in ((Comment, comments), (Event, events), (TicketSerial, serials), (TicketRead, reads)):
        db.session.execute(insert(table), rows)
    search_index.index_tickets(ids)
