"""What a user would take instead, one file each; every one runs as `python -m bench.rivals.NAME JOB.json`."""
