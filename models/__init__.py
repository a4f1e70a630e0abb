"""The tables, one idea a file. Importing the package makes them all known to migrations."""

from models.access_link import AccessLink, Purpose
from models.attachment import Attachment, FileState, ScanState
from models.audit import Audit
from models.comment import Comment, Kind
from models.company import Company, Contract, Equipment
from models.company_observer import CompanyObserver
from models.delivery import Delivery, DeliveryState, Held
from models.device import Device
from models.event import Event, EventKind
from models.knowledge import KbArticle, KbFile, KbSection, KbVote
from models.known_browser import KnownBrowser
from models.person import Person, Role, Team, Visibility
from models.push_subscription import PushSubscription
from models.search import ArticleWords, TicketWords
from models.setting import CalendarDay, ConsentText, LengthSetting, TeamCalendar, TextSetting
from models.ticket import Counter, Priority, Ticket, TicketRead, TicketRelation, TicketSerial, TicketType
from models.unsubscription import Unsubscription
from models.upload import Upload
from models.voice_note import VoiceNote, VoiceState

__all__ = [
    "AccessLink",
    "ArticleWords",
    "Attachment",
    "Audit",
    "CalendarDay",
    "Comment",
    "Company",
    "CompanyObserver",
    "ConsentText",
    "Contract",
    "Counter",
    "Delivery",
    "DeliveryState",
    "Device",
    "Equipment",
    "Event",
    "EventKind",
    "FileState",
    "Held",
    "KbArticle",
    "KbFile",
    "KbSection",
    "KbVote",
    "Kind",
    "KnownBrowser",
    "LengthSetting",
    "Person",
    "Priority",
    "Purpose",
    "PushSubscription",
    "Role",
    "ScanState",
    "Team",
    "TeamCalendar",
    "TextSetting",
    "Ticket",
    "TicketRead",
    "TicketRelation",
    "TicketSerial",
    "TicketType",
    "TicketWords",
    "Unsubscription",
    "Upload",
    "Visibility",
    "VoiceNote",
    "VoiceState",
]
