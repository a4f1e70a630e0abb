"""The verbs: plain values in, rows out; who and when are arguments. They flush; the edge commits."""
