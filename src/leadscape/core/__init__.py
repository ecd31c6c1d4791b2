"""What every room stands on: errors, typed missing values, declared tables, identifiers, disclosure, provenance.

Nothing here knows about schools or leaders; it knows how a figure is kept honest.
"""
