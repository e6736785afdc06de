"""Who is calling: a trunk, a phone account, or somebody unknown."""

import ipaddress
from collections.abc import Sequence
from functools import lru_cache
from typing import TypeAlias

from madoguchi.adapters.voice.embedded.settings import Phone, Trunk
from madoguchi.kernel.errors import InvalidInputError

Network: TypeAlias = ipaddress.IPv4Network | ipaddress.IPv6Network


class Peers:
    """The configured trunks and phones, and how they are known.

    Raises:
        InvalidInputError: a trunk's network is no network.
    """

    def __init__(self, trunks: Sequence[Trunk], phones: Sequence[Phone]) -> None:
        self._networks = [(network, trunk) for trunk in trunks for network in _networks_of(trunk)]
        self._trunks = {trunk.user: trunk for trunk in trunks if trunk.user and trunk.password}
        self._phones = {phone.user: phone for phone in phones}
        self.default_trunk = trunks[0] if trunks else None
        self._at = lru_cache(maxsize=1024)(self._find)

    def trunk_at(self, address: str) -> Trunk | None:
        """The trunk that calls from `address`."""
        return self._at(address)

    def _find(self, address: str) -> Trunk | None:
        try:
            here = ipaddress.ip_address(address.partition("%")[0])
        except ValueError:
            return None
        mapped = getattr(here, "ipv4_mapped", None) or here
        return next((trunk for network, trunk in self._networks if mapped in network), None)

    def trunk_of(self, user: str) -> Trunk | None:
        """The trunk whose password belongs to `user`."""
        return self._trunks.get(user)

    def phone(self, user: str) -> Phone | None:
        """The phone account `user`."""
        return self._phones.get(user)

    def password_of(self, user: str) -> str | None:
        """The password of a phone or trunk."""
        account = self._phones.get(user) or self._trunks.get(user)
        return account.password if account else None


def _networks_of(trunk: Trunk) -> list[Network]:
    try:
        return [ipaddress.ip_network(text, strict=False) for text in trunk.networks or _numeric(trunk.host)]
    except ValueError as error:
        raise InvalidInputError(f"trunk {trunk.name}: {error}", field="networks") from error


def _numeric(host: str) -> list[str]:
    try:
        return [str(ipaddress.ip_address(host.strip("[]")))]
    except ValueError:
        return []


def behind_nat(claimed: str, source: str) -> bool:
    """Whether `claimed`, a host that a peer names itself by, cannot be reached but `source` can.

    That is so when it names a private address and is seen at a public one.
    """
    if claimed.endswith(".invalid"):
        return True
    try:
        inner, outer = ipaddress.ip_address(claimed.strip("[]")), ipaddress.ip_address(source)
    except ValueError:
        return False
    return inner.is_private and not outer.is_private
