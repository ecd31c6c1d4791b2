"""What jobs, loads and commands do as the owner role: keep out, erase, replay, retain, send."""
