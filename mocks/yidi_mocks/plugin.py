"""Placeholder until the plugin is written by its owner."""
