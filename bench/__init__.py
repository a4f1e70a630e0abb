"""`make bench`: how fast the desk is on this machine, as a share of what its web server can do at all."""
