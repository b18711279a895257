"""Files of votes as others write them: bytes in, a profile out. Pure; opens nothing."""
