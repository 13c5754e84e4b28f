"""The other side: a stateful mock of the national platform that fails on request. All people in it are invented."""
