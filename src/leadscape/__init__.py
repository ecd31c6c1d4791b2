"""leadscape: who leads improvement beyond their own school, in what role, where, and how sure we are.

Data flows one way through rooms with plain names: ``register`` (which schools exist), ``survey`` (who is said to
lead), ``landscape`` (how many, where, how sure). ``actions`` holds one verb per file and is what the command line
and notebooks call.
"""

from importlib.metadata import version

__version__ = version("leadscape")
