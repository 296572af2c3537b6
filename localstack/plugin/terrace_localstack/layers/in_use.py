"""Things in use are not deleted: a table from operations to those who must not refer to the object.

Each entry names the parameter that holds the id, the error, and a function that yields who still uses it.
"""
