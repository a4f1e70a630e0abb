"""Starts the desk: the supervisor and the processes that it looks after. The scripts without a suffix are tools."""
