"""Rules by which a community meets, votes and ranks: data with a version and a source."""
