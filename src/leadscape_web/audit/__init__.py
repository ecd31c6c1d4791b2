"""Who changed what, when and why; and how any record stood on any date."""
