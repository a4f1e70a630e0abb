"""The timed work of jobs/schedule.py, asked for every other second: in a told time hours pass in a moment."""

from rq.cron import register

from jobs import HOUSEKEEPING
from jobs.schedule import EVERY_SECONDS

for job, _ in EVERY_SECONDS:
    register(job, HOUSEKEEPING, interval=2, job_timeout=300, result_ttl=0, ttl=60)
