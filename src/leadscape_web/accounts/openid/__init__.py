"""Signing in with an account of somebody else's service, by OpenID Connect."""
