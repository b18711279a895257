"""Who convenes, where people meet, what partners give one another, and who took part."""
