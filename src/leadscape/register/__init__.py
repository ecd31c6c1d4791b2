"""Which schools, authorities, trusts and heads exist on a date?"""
