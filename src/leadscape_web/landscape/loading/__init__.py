"""How a study that the library ran gets into the database: everything of it, or nothing.

It stands in the highest app because it fills the tables of all of them.
"""
