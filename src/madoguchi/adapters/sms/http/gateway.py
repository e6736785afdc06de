"""Texts by the HTTP interface of Twilio: a request for each text, and requests to us for what comes.

Source: Twilio's documentation, "Messages resource", "Webhooks security" and "Track the message status".
"""

import asyncio
import base64
import hashlib
import hmac
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Final

import httpx

from madoguchi.domain.sms.records import SmsConnection
from madoguchi.ports.sms import (
    Delivery,
    Hook,
    HookKind,
    HookRefusedError,
    Receipt,
    SmsListener,
    SmsRefusedError,
    SmsUnavailableError,
    TextArrived,
    TextToSend,
)

VERSION: Final = "2010-04-01"
LONGEST: Final = 1_600
"""Characters that one request may have; the carrier cuts them into messages."""
_FATES: Final[Mapping[str, Delivery]] = {
    "delivered": Delivery.DELIVERED,
    "undelivered": Delivery.FAILED,
    "failed": Delivery.FAILED,
    "canceled": Delivery.FAILED,
}
_TROUBLE: Final = frozenset({httpx.codes.UNAUTHORIZED, httpx.codes.FORBIDDEN})


class HttpGateway:
    """`SmsGateway` over HTTP."""

    def __init__(
        self,
        connection: SmsConnection,
        listener: SmsListener,
        http: httpx.AsyncClient,
        hook_url: Callable[[HookKind], str],
    ) -> None:
        self._connection = connection
        self._listener = listener
        self._http = http
        self._hook_url = hook_url
        self._trouble = ""
        self._closed = asyncio.Event()

    @property
    def up(self) -> bool:
        """Whether the last text was taken, or refused for a reason of its own; at first it is hoped so."""
        return not self._trouble

    @property
    def trouble(self) -> str:
        """What the carrier answered, or `no_answer`."""
        return self._trouble

    async def run(self) -> None:
        """Wait for the end: there is nothing to keep up."""
        await self._closed.wait()

    async def close(self) -> None:
        """End it."""
        self._closed.set()
        await self._http.aclose()

    async def send(self, text: TextToSend) -> Sequence[str]:
        """Hand a text over; return the carrier's id of each request that it took.

        Raises:
            SmsUnavailableError: the carrier does not answer, or has too much, or does not know our account.
            SmsRefusedError: the carrier will never take it; `reason` is its error number.
        """
        return [await self._post(text, number, part) for number, part in enumerate(_cut(text.text))]

    async def hooked(self, hook: Hook) -> None:
        """Take what a request brings.

        Raises:
            HookRefusedError: its signature is wrong, or it lacks what such a request has.
        """
        expected = signature(self._connection.secret, self._hook_url(hook.kind), hook.fields)
        if not hmac.compare_digest(expected.encode(), hook.signature.encode()):
            raise HookRefusedError("the signature is wrong")
        told = hook.fields
        reference = told.get("MessageSid") or told.get("SmsSid", "")
        if not reference:
            raise HookRefusedError("it says of no message")
        if hook.kind is HookKind.MESSAGE:
            text = TextArrived(told.get("From", ""), told.get("To", ""), told.get("Body", ""), reference)
            await self._listener.text_arrived(self._connection.id, text)
            return
        fate = _FATES.get(told.get("MessageStatus") or told.get("SmsStatus", ""))
        if fate is not None:
            reason = told.get("ErrorCode", "") if fate is Delivery.FAILED else ""
            await self._listener.receipt_arrived(self._connection.id, Receipt(reference, fate, reason))

    async def _post(self, text: TextToSend, number: int, part: str) -> str:
        fields = {"From": text.source, "To": text.destination, "Body": part}
        told = self._hook_url(HookKind.STATUS)
        if told:
            fields["StatusCallback"] = told
        try:
            reply = await self._http.post(
                f"/{VERSION}/Accounts/{self._connection.account}/Messages.json",
                data=fields,
                headers={"I-Twilio-Idempotency-Token": f"{text.id}/{number}"},
            )
        except httpx.HTTPError as error:
            self._trouble = "no_answer"
            raise SmsUnavailableError("the carrier does not answer") from error
        if reply.is_server_error or reply.status_code == httpx.codes.TOO_MANY_REQUESTS or reply.status_code in _TROUBLE:
            self._trouble = f"http_{reply.status_code}"
            raise SmsUnavailableError(f"the carrier answers {reply.status_code}")
        if not reply.is_success:
            self._trouble = ""
            raise SmsRefusedError(f"the carrier answers {reply.status_code}", reason=_error(reply))
        reference = _told(reply).get("sid")
        if not isinstance(reference, str) or not reference:
            self._trouble = "no_sid"
            raise SmsUnavailableError("the carrier's answer is none")
        self._trouble = ""
        return reference


def signature(secret: str, url: str, fields: Mapping[str, str]) -> str:
    """Return how the carrier signs a request to `url` with `fields`."""
    content = url + "".join(f"{name}{fields[name]}" for name in sorted(fields))
    return base64.b64encode(hmac.new(secret.encode(), content.encode(), hashlib.sha1).digest()).decode()


def _cut(text: str) -> Iterator[str]:
    for begin in range(0, max(1, len(text)), LONGEST):
        yield text[begin : begin + LONGEST]


def _told(reply: httpx.Response) -> Mapping[str, object]:
    try:
        told = reply.json()
    except ValueError:
        return {}
    return told if isinstance(told, dict) else {}


def _error(reply: httpx.Response) -> str:
    code = _told(reply).get("code")
    return str(code) if isinstance(code, int) else f"http_{reply.status_code}"
