"""From where a request comes."""

from ipaddress import AddressValueError, IPv6Address, ip_address

from django.http import HttpRequest
from rest_framework.settings import api_settings


def address_of(request: HttpRequest) -> str | None:
    """The client's IP address: the connection's, or what the last of `PROXIES` proxies has written down. What
    clients write into X-Forwarded-For themselves stands left of that and is not read. None where there is none, as on
    a Unix socket."""
    proxies = api_settings.NUM_PROXIES or 0
    forwarded = [part.strip() for part in request.headers.get("X-Forwarded-For", "").split(",")] if proxies else []
    given = forwarded[-min(proxies, len(forwarded))] if forwarded else ""
    return _plain(given) or _plain(request.META.get("REMOTE_ADDR") or "")


def network_of(address: str | None) -> str | None:
    """What one client holds: an IPv4 address, or the 64 bits of an IPv6 network, since it may use any address there."""
    try:
        bits = int(IPv6Address(address or ""))
    except AddressValueError:
        return address
    return str(IPv6Address(bits >> 64 << 64))


def _plain(given: str) -> str | None:
    try:
        address = ip_address(given)
    except ValueError:
        return None
    mapped = address.ipv4_mapped if isinstance(address, IPv6Address) else None
    # Without the zone, which means something to its own machine alone.
    return str(mapped or address).partition("%")[0]
