"""What the benchmarks stand on: processes, load clients, made-up communities, rivals, tables."""
