"""Work that takes longer than a page may: asked for in the asker's transaction, done once, seen by its asker."""
