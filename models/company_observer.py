"""«Наблюдатели заявок по умолчанию» (S75): who hears of every ticket of a company without being asked."""

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from extensions import db


class CompanyObserver(db.Model):
    """A contact of the company, who by that may see all its tickets, or a member of staff."""

    __tablename__ = "company_observer"

    company_id: Mapped[int] = mapped_column(ForeignKey("company.id", ondelete="CASCADE"), primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"), primary_key=True, index=True)
