"""The outside world. A channel is a file with `send(delivery)`; CHANNELS is the one list of them."""

from collections.abc import Callable

from channels import email, rings
from channels.errors import SendError
from models import Delivery

CHANNELS: dict[str, Callable[[Delivery], None]] = {"email": email.send, "web_push": rings.send}

__all__ = ["CHANNELS", "SendError"]
