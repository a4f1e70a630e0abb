"""Bounds what a process that opens strangers' files may take: the kernel ends one that wants more."""

import resource

MIB = 1024 * 1024
MEMORY_BYTES = 640 * MIB  # of addresses, 120 of which PyAV's libraries take; an hour of sound takes 60 MiB of memory
CPU_SECONDS = 180  # an hour of sound is decoded in 5 s and copied as AAC in 30
FILE_BYTES = 96 * MIB  # of the copy
OPEN_FILES = 32


def confine() -> None:
    """Bound this process for good; it may not lift the bounds again."""
    for what, most in (
        (resource.RLIMIT_AS, MEMORY_BYTES),
        (resource.RLIMIT_CPU, CPU_SECONDS),
        (resource.RLIMIT_FSIZE, FILE_BYTES),
        (resource.RLIMIT_NOFILE, OPEN_FILES),
        (resource.RLIMIT_CORE, 0),
    ):
        _, hard = resource.getrlimit(what)
        bound = most if hard == resource.RLIM_INFINITY else min(most, hard)
        resource.setrlimit(what, (bound, bound))
