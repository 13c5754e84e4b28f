"""The memory: a local adapter that gets a settlement done, or says truthfully that it could not."""
