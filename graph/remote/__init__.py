"""A snapshot in somebody else's store: SPARQL 1.1 Query Protocol and Graph Store HTTP Protocol, nothing else.

What lies there, for a snapshot with base IRI BASE:

    BASE…/graph/…            the named graphs of the data, under their own names
    BASE/published           the publication: one literal that says which snapshot is served
    BASE/published/{id}      the snapshot's default graph as a named graph, since stores differ in what their own one is
    BASE/published/{id}/files  the small files of the snapshot (manifest, indexes, dump), in parts
"""
