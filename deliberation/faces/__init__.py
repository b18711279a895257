"""What a meeting shows to whom: the contexts of its three live faces."""
