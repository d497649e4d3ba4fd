"""The ontology, its shapes and a valid ledger as rdflib graphs; only to be read."""

from __future__ import annotations

from pathlib import Path

import pytest
from rdflib import Graph

from ontology.generate import ONTOLOGY


@pytest.fixture(scope="session")
def ontology() -> Graph:
    return Graph(bind_namespaces="none").parse(ONTOLOGY)  # so that schema: is the prefix of the file


@pytest.fixture(scope="session")
def shapes() -> Graph:
    return Graph().parse(ONTOLOGY.with_name("shapes.ttl"))


@pytest.fixture(scope="session")
def ledger() -> Graph:
    """One article and all that can be read out of it."""
    return Graph().parse(Path(__file__).with_name("ledger.ttl"))
