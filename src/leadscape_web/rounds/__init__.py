"""A survey round: who is asked, by which link, who answered."""
