"""Every whole number that a request may carry is one that every database can hold."""

from collections.abc import Iterator
from typing import Any

from madoguchi.adapters.http.app import openapi_document

DOCUMENT = openapi_document()
SCHEMAS = DOCUMENT["components"]["schemas"]
BOUNDS = {"maximum", "exclusiveMaximum", "enum", "const"}
MOST = 2**31
LONG = {"GET /api/v1/audit", "GET /api/v1/reports/monitoring"}
"""Where a number goes on from a row of a log, which is counted in 64 bits."""


def _numbers(schema: Any, known: frozenset[str]) -> Iterator[dict[str, Any]]:
    """Walk all whole numbers in a schema, through its references."""
    if isinstance(schema, list):
        for one in schema:
            yield from _numbers(one, known)
    elif isinstance(schema, dict):
        named = str(schema.get("$ref", "")).rpartition("/")[2]
        if named and named not in known:
            yield from _numbers(SCHEMAS[named], known | {named})
        if schema.get("type") == "integer":
            yield schema
        for one in schema.values():
            yield from _numbers(one, known)


def _taken() -> Iterator[tuple[str, dict[str, Any]]]:
    for path, item in DOCUMENT["paths"].items():
        for method, operation in item.items():
            for place in [*operation.get("parameters", []), operation.get("requestBody", {})]:
                for number in _numbers(place, frozenset()):
                    yield f"{method.upper()} {path}", number


def test_no_request_may_carry_a_number_that_a_database_cannot_hold() -> None:
    taken = list(_taken())
    assert len(taken) > 40
    assert [one for one in taken if not one[1].keys() & BOUNDS] == []
    large = {where for where, one in taken if one.get("maximum", one.get("exclusiveMaximum", 0)) > MOST}
    assert large == LONG
