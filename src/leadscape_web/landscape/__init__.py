"""How many, in which roles, where, and how sure we are: home, map and figures."""
