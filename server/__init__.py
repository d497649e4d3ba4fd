"""Serves a snapshot: SPARQL, linked data and pages; reads snapshots and nothing else, never writes."""
