"""What people are reminded of, in the service and by e-mail; nothing twice, nothing in floods."""
