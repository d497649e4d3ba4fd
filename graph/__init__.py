"""Facts as RDF: quads, reasoning, validation, immutable snapshots."""
