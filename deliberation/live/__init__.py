"""Who is connected: sockets, rooms, fragments."""
