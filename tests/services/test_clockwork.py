"""The lengths and the calendar in force (D2): defaults, what was changed, when a change is seen."""
