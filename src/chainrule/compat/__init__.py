"""Other packages' names for what this one does: programs written for them run with their imports changed."""
