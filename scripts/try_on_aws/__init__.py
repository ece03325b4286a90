"""The checks of scripts/try-on-aws.py: each asks AWS some lines of rigs/assumptions.ts, which lines.json gives to it."""
