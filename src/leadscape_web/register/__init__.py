"""Schools, authorities, trusts and heads, as pages people can find and read."""
