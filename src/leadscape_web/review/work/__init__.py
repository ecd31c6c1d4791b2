"""What jobs of the review do, as the owner role."""
