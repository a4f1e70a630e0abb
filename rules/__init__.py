"""The specification as pure functions and tables: no Flask, no database, no clock."""
