"""What people are told, may see, correct and have erased."""
