"""Works off the outbox of a mailbox beside its watcher: what is slow on one side does not hold up the other."""

import time
from collections.abc import Callable
from threading import Event

from salver.data.errors import SalverError
from salver.data.mailbox import Mailbox
from salver.data.outgoing import Ceilings
from salver.data.store import Store
from salver.pipeline.run import Clock
from salver.serve.mail.deciding import Decider
from salver.serve.mail.outbox import Sending
from salver.serve.mail.sent import SentFolder
from salver.serve.mail.unreachable import unforeseen

_BETWEEN_ROUNDS_S = 5.0
_HOUR_S = 3600.0


class Sender:
    """Works off the outbox of one mailbox."""

    def __init__(
        self,
        mailbox: Mailbox,
        store: Store,
        decider: Decider,
        clock: Clock,
        told: Callable[[str], None],
        *,
        ceilings: Ceilings,
        auto_approve: bool,
    ) -> None:
        self._sent = SentFolder(mailbox)
        self._told = once_an_hour(told)
        self._sending = Sending(
            store,
            mailbox,
            clock,
            self._told,
            hand_over=decider.hand_over,
            sent=self._sent,
            ceilings=ceilings,
            auto_approve=auto_approve,
        )

    def run(self, stopped: Event, posted: Event, mine: Event, changed: Event) -> None:
        """Send until it is stopped: at once when something is posted, and now and then, while the mailbox is ours."""
        while not stopped.is_set():
            posted.clear()
            if mine.is_set() and self.send():
                changed.set()
            posted.wait(_BETWEEN_ROUNDS_S)
        self._sent.close()

    def send(self) -> bool:
        """Do one round; whether something changed."""
        try:
            done = self._sending.round()
        except SalverError as error:
            self._told(str(error))
            return False
        except Exception as error:  # a fault of ours must not end the sending
            self._told(str(unforeseen(error)))
            return False
        return bool(done.fates or done.settled or done.handed_over)


def once_an_hour(told: Callable[[str], None]) -> Callable[[str], None]:
    """Tell the same words at most once an hour."""
    last: dict[str, float] = {}

    def tell(words: str) -> None:
        now = time.monotonic()
        if now - last.get(words, -_HOUR_S) >= _HOUR_S:
            last[words] = now
            told(words)

    return tell
