"""Other programs: Open311 GeoReport v2, and the feed that a points scheme reads."""
