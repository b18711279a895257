"""Photos of what people bring, of what is being done and of what was done."""
