"""From records to what a page shows. Pure functions: no query, no request."""
