"""How many leaders, in which roles, where, and how sure are we?"""
