"""A whole school system that nobody has to download: invented people and schools, real structure.

Tables in: none; only facts shipped with the package (names and codes of authorities, a rough outline of the
land) and lists of words. Files out: everything that a user of leadscape would have (register, links,
groups, frame, returns, decisions, study file), and beside them the truth that the files were made from, for
tests of recovery.
"""

from leadscape.demo.system import DemoFiles, write_demo

__all__ = ["DemoFiles", "write_demo"]
