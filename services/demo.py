"""The demo desk: people, tickets in every status, a knowledge base, a contract and equipment to look at."""

from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import select, update
from werkzeug.security import generate_password_hash

from extensions import db
from models import (
    Company,
    Contract,
    Delivery,
    DeliveryState,
    Equipment,
    Person,
    Role,
    Team,
    Ticket,
)
from rules.tickets import NewTicket
from services import comments, knowledge_editing, opening, people, robot, threads, tickets
from services.demo_texts import ARTICLES, STORIES, Story

PEOPLE = (
    # email, password, role, team, last name, first name, patronymic, company, supervisor
    ("client@romashka.example", "client-demo-1", Role.CONTACT, None, "Тестинг", "Тестовый", "", "Ромашка Телеком", False),
    ("colleague@romashka.example", "colleague-demo-1", Role.CONTACT, None, "Швецов", "Михаил", "Евгеньевич", "Ромашка Телеком", False),
    ("stranger@vasilek.example", "stranger-demo-1", Role.CONTACT, None, "Лугова", "Анна", "Сергеевна", "Василёк", False),
    ("agent@desk.example", "agent-demo-1", Role.AGENT, Team.SUPPORT, "Алексеев", "Степан", "", None, False),
    ("service@desk.example", "service-demo-1", Role.AGENT, Team.SERVICE_CENTER, "Кузнецова", "Ольга", "", None, False),
    ("admin@desk.example", "admin-demo-1", Role.ADMIN, Team.SUPPORT, "Миронова", "Елена", "", None, False),
)  # fmt: skip


def load(*, at: datetime) -> bool:
    """Make the demo desk; False when it is there already (or the desk is in use)."""
    if db.session.scalar(select(Person.id).where(Person.role != Role.ROBOT).limit(1)) is not None:
        return False
    companies = _companies()
    known = {email: _person(row, companies, at) for row in PEOPLE for email in [row[0]]}
    db.session.flush()
    companies["Ромашка Телеком"].responsible_id = known["agent@desk.example"].id
    companies["Ромашка Телеком"].manager_id = known["admin@desk.example"].id
    _equipment(companies["Ромашка Телеком"])
    _knowledge(at)
    for story in STORIES:
        _play(story, known, at)
    # What is told here happened long ago: nobody is to get a letter about it today.
    db.session.execute(
        update(Delivery).where(Delivery.event_id.is_not(None)).values(state=DeliveryState.SENT, sent_at=at)
    )
    return True


def _companies() -> dict[str, Company]:
    made = {
        "Ромашка Телеком": Company(
            name="Ромашка Телеком",
            other_names="Romashka Telecom",
            site="romashka.example",
            domain="romashka.example",
            email="noc@romashka.example",
            phone="+7 343 555-01-22",
            address="620024, Россия, Свердловская область, Екатеринбург, улица Новинская, строение 12",
            contacts_see_all=True,
        ),
        "Василёк": Company(name="Василёк", site="vasilek.example", domain="vasilek.example"),
    }
    db.session.add_all(made.values())
    db.session.flush()
    return made


def _person(row: tuple[Any, ...], companies: dict[str, Company], at: datetime) -> Person:
    email, password, role, team, last_name, first_name, patronymic, company, supervisor = row
    person = Person(
        email=email,
        role=role,
        team=team,
        last_name=last_name,
        first_name=first_name,
        patronymic=patronymic,
        company_id=companies[company].id if company else None,
        is_supervisor=supervisor,
        # Cheap to check on purpose: six of them are made at the first start, and everybody knows these passwords.
        password_hash=generate_password_hash(password, method=people.DEMO_HASHING),
        created_at=at - timedelta(days=60),
        activated_at=at - timedelta(days=60),
        consent_at=at - timedelta(days=60) if company else None,
        consent_version="2026-01" if company else "",
    )
    db.session.add(person)
    db.session.flush()
    if person.is_contact:
        people.new_code(person)
    return person


def _equipment(company: Company) -> None:
    contract = Contract(
        company_id=company.id,
        number="РП-2026/114",
        name="Расширенная техническая поддержка",
        starts_on=date(2026, 1, 1),
        ends_on=date(2026, 12, 31),
    )
    db.session.add(contract)
    db.session.flush()
    for serial, model, site in (
        ("OE4423DS23", "SNR-S2962-24T", "Узел «Новинская, 12», крыша"),
        ("OE4423DS24", "SNR-S2962-24T", "Узел «Новинская, 12», подвал"),
        ("FW9911AA07", "SNR-S5210G-24TX", "Ядро, стойка 3"),
    ):
        db.session.add(
            Equipment(
                company_id=company.id,
                serial_number=serial,
                manufacturer="SNR",
                model=model,
                site=site,
                contract_id=contract.id,
                warranty_until=date(2028, 6, 1),
            )
        )


def _knowledge(at: datetime) -> None:
    for section_name, articles in ARTICLES:
        section = knowledge_editing.add_section(section_name, parent=None)
        for title, html in articles:
            knowledge_editing.save_article(None, name=title, text=html, section=section, is_published=True, at=at)


def _play(story: Story, known: dict[str, Person], at: datetime) -> None:
    """Live the story through the same verbs that people use."""
    author = known[story.author]
    moment = at - timedelta(hours=story.hours_ago)
    new = NewTicket(
        subject=story.subject,
        type=story.type,
        priority=story.priority,
        invoice_number="",
        serial_numbers=tuple(story.serials),
        order_number=story.order,
        order_year=2026 if story.order else None,
        description=story.description,
        continues=None,
    )
    ticket = opening.open_ticket(author, new, at=moment)
    for step in story.steps:
        moment = at - timedelta(hours=step.hours_ago)
        _step(ticket, step.who, step.what, step.text, known, moment, at)
    if story.is_read:
        threads.mark_read(ticket.id, author.id, at=ticket.updated_at)


def _step(
    ticket: Ticket, who: str, what: str, text: str, known: dict[str, Person], moment: datetime, at: datetime
) -> None:
    by = people.robot() if who == "robot" else known[who]
    match what:
        case "assign":
            tickets.assign(ticket, by, by=by, at=moment)
        case "say":
            comments.reply(ticket, text, by=by, at=moment)
        case "note":
            comments.note(ticket, text, by=by, at=moment)
        case "defer":
            tickets.defer(ticket, until=at + timedelta(days=9), text=text, by=by, at=moment)
        case "service-center":
            tickets.send_in(ticket, confirmed=True, shipping=text, by=by, at=moment)
        case "robot":
            robot.step(ticket.id, at=moment)
        case _:
            tickets.move(ticket, what, by=by, at=moment)


def people_with_codes() -> list[dict[str, str]]:
    """Return the demo desk's people: e-mail, password, role, name, current code."""
    passwords = {row[0]: row[1] for row in PEOPLE}
    found = db.session.scalars(select(Person).where(Person.email.in_(passwords)).order_by(Person.id))
    return [
        {
            "email": person.email,
            "password": passwords[person.email],
            "role": person.role,
            "name": person.full_name,
            "code": people.code_of(person),
        }
        for person in found
    ]
