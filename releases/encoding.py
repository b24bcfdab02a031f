"""JSON out, by orjson: for HTTP, sockets and whatever measures them. Pure."""

import json
from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from typing import Any

import orjson

_OPTIONS = orjson.OPT_UTC_Z | orjson.OPT_NAIVE_UTC | orjson.OPT_NON_STR_KEYS


def to_json(data: Any, *, indented: bool = False) -> bytes:
    """UTF-8 JSON. Times are ISO 8601 in UTC with Z; dataclasses and enums become their fields and values.

    Raises TypeError for what JSON has no word for.
    """
    options = _OPTIONS | (orjson.OPT_INDENT_2 if indented else 0)
    try:
        return orjson.dumps(data, default=_plain, option=options)
    except TypeError:
        # Integers beyond 64 bits and lone surrogates, which a workflow's payload may well hold, orjson refuses.
        return json.dumps(data, default=_plain, indent=2 if indented else None).encode()


def _plain(value: Any) -> Any:
    if isinstance(value, Mapping):
        return dict(value)
    if isinstance(value, AbstractSet):
        return sorted(value)
    if hasattr(value, "__html__") or hasattr(value, "_proxy____cast"):
        return str(value)
    return orjson.loads(orjson.dumps(value, option=_OPTIONS))
