"""How the service is put together: settings, addresses, database, start and stop."""
