"""The register's pages: each loads, checks, presents."""
