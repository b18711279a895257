"""A made-up community, marked 演示 wherever it shows, to try the service with."""
