"""What every desk starts with: the robot, the ticket numbers, types and priorities, the text of the consent."""

from datetime import datetime

from sqlalchemy import select

from extensions import db
from models import ConsentText, Counter, Person, Priority, Role, TicketType
from services.opening import FIRST_NUMBER

TYPES = (
    ("setup-help", "Помощь в настройке", "Назовите модель и версию прошивки, приложите текущую конфигурацию."),
    ("malfunction", "Неисправность оборудования", "Укажите серийный номер и что происходит: индикаторы, логи, фото."),
    ("firmware", "Прошивка и программное обеспечение", "Укажите модель, текущую версию и чего не хватает."),
    ("consultation", "Консультация", "Опишите задачу: что есть и чего хотите добиться."),
    ("service-center", "Ремонт и гарантия", "Укажите серийный номер, номер заказа и когда возникла неисправность."),
    ("account", "Изменение данных, добавление коллеги", "Напишите, что изменить; для коллеги — его ФИО и e-mail."),
)
PRIORITIES = (
    ("low", "Низкий", False),
    ("normal", "Обычный", True),  # S23
    ("high", "Высокий", False),
    ("critical", "Критический", False),
)
CONSENT_VERSION = "2026-01"
CONSENT_HTML = """
<p>Регистрируясь, Вы даёте оператору службы поддержки согласие на обработку Ваших персональных данных:
фамилии, имени, отчества, адреса электронной почты, телефона, сведений об организации, а также текстов,
файлов и голосовых сообщений, которые Вы присылаете в заявках.</p>
<p>Данные обрабатываются для регистрации и решения заявок, отправки уведомлений по ним и ведения истории
обращений. Распознавание речи выполняется на собственном сервере оператора: голосовые сообщения третьим лицам
не передаются.</p>
<p>Согласие действует до его отзыва. Чтобы отозвать согласие или исправить данные, создайте заявку или
напишите на адрес службы поддержки.</p>
"""


def ensure(*, at: datetime) -> None:
    """Make what is missing; safe to repeat, changes nothing that the administrator changed."""
    if db.session.scalar(select(Person.id).where(Person.role == Role.ROBOT)) is None:
        robot = Person(
            role=Role.ROBOT, last_name="Робот-информатор", email="robot@localhost", created_at=at, activated_at=at
        )
        db.session.add(robot)
    if db.session.get(Counter, "ticket") is None:
        db.session.add(Counter(name="ticket", value=FIRST_NUMBER))
    if db.session.scalar(select(TicketType.id).limit(1)) is None:
        db.session.add_all(
            TicketType(code=code, name=name, hint=hint, position=position)
            for position, (code, name, hint) in enumerate(TYPES)
        )
    if db.session.scalar(select(Priority.id).limit(1)) is None:
        db.session.add_all(
            Priority(code=code, name=name, is_default=usual, position=position)
            for position, (code, name, usual) in enumerate(PRIORITIES)
        )
    if db.session.scalar(select(ConsentText.id).limit(1)) is None:
        db.session.add(ConsentText(version=CONSENT_VERSION, body_html=CONSENT_HTML.strip(), created_at=at))
    db.session.flush()


def consent() -> ConsentText:
    """Return the text that is in force (S12)."""
    return db.session.scalars(select(ConsentText).order_by(ConsentText.id.desc()).limit(1)).one()
