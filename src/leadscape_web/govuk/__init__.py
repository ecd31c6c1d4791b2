"""The design system, wrapped once: pages, fields, tables, navigation."""
