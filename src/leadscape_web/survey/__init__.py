"""Leaders and the roles they hold, as pages people can read and editors can correct."""
