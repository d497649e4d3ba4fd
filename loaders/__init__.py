"""From a newspaper page to facts: each fact tied to the words it was read from."""
