"""The data dictionary: each wire field described once, by theme."""
