"""All timed work, in one list. One scheduler process asks for it; each job may be asked for twice without harm."""

from rq.cron import register

from jobs import HOUSEKEEPING, robot, sla, sweep

EVERY_SECONDS = ((sweep.sweep, 15), (robot.tick, 60), (sla.tick, 60), (sweep.tidy, 3600))

for job, seconds in EVERY_SECONDS:
    register(
        job, HOUSEKEEPING, interval=seconds, job_timeout=300, result_ttl=0, ttl=seconds
    )  # one that waits too long is asked for again
