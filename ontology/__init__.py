"""The ontology: OWL file, SHACL shapes, IRIs as Python names, and how things get their IRIs."""
