"""The service: a shared, living register and map that people sign in to. Faces only; what is counted is in leadscape."""
