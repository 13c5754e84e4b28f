"""Benchmarks: ours beside the bare thing, in one run, as ratios. `python -m tests.bench [--json]`, or `make bench`."""
