"""What jobs do with files that were brought in, as the owner role. Nothing here is called by a request."""
