"""The demand list: raising, supporting, importing."""
