"""The service: a shared, living register and map that people sign in to. What is counted is counted by leadscape."""
