"""What the register's pages are made of, each in a fixed number of queries."""
