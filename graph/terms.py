"""RDF terms from plain values."""

from __future__ import annotations

from decimal import Decimal
from functools import lru_cache

from pyoxigraph import Literal, NamedNode

from ontology.terms import XSD


@lru_cache(maxsize=8192)
def node(iri: str) -> NamedNode:
    """The IRI as a node; raises ValueError for what is no IRI."""
    return NamedNode(iri)


def text(value: str) -> Literal:
    """A plain string."""
    return Literal(value)


def zh(value: str) -> Literal:
    """A Chinese label."""
    return Literal(value, language="zh")


def en(value: str) -> Literal:
    """An English label."""
    return Literal(value, language="en")


def integer(value: int) -> Literal:
    """An xsd:integer."""
    return Literal(str(value), datatype=node(XSD.integer))


def decimal(value: float | Decimal) -> Literal:
    """An xsd:decimal, never in exponent form and never by way of a double."""
    return Literal(f"{Decimal(str(value)):f}", datatype=node(XSD.decimal))


def boolean(value: bool) -> Literal:
    """An xsd:boolean."""
    return Literal("true" if value else "false", datatype=node(XSD.boolean))


def day(value: str) -> Literal:
    """An xsd:date of an ISO date."""
    return Literal(value, datatype=node(XSD.date))
