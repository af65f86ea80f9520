"""Reading documents: a file in, its mathematics and code out, every character with its place in the file."""
