"""HTTP: parse, call, answer. One file a resource."""
