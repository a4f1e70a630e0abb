"""How much is played: a few people with all tests, 500 customers by `make soak`."""

import os

IS_LONG = os.environ.get("SOAK") == "1"
SEED = int(os.environ.get("SOAK_SEED", "7"))
DAYS = int(os.environ.get("SOAK_DAYS", "31")) if IS_LONG else 16  # long enough to be warned, resolved and closed
CUSTOMERS, SPECIALISTS, ACTIONS_A_DAY = (500, 20, int(os.environ.get("SOAK_ACTIONS", "400"))) if IS_LONG else (6, 3, 5)
HOURS = (1, 2, 3, 5, 9, 26) if IS_LONG else (5, 9, 26)  # between two rounds of the clocks
RUNNING_DAYS, RUNNING_ACTIONS_A_DAY = (DAYS, ACTIONS_A_DAY) if IS_LONG else (1, 24)
RUNNING_HOURS = HOURS if IS_LONG else (9,)
