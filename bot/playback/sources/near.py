"""Which servers are near: what is sent to them unencrypted stays in a network of one's own."""

from __future__ import annotations

from ipaddress import ip_address, ip_network

_NEAR = (".local", ".lan", ".home", ".internal", ".home.arpa", ".ts.net")
_SHARED = ip_network("100.64.0.0/10")
"""Tailscale's addresses, between which all is encrypted, and those behind a provider's NAT."""


def is_near(host: str) -> bool:
    """Whether a host is this machine or in a network of one's own, as far as its name tells."""
    try:
        address = ip_address(host)
    except ValueError:
        return "." not in host or host.casefold().endswith(_NEAR)
    return address.is_private or address.is_loopback or address.is_link_local or address in _SHARED
