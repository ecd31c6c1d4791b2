"""What a person must decide about schools, persons and roles, and a sample to check."""
