"""Benchmarks and failure drills: the running service beside what it is compared with."""
