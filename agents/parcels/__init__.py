"""A job in one file, on its way to another installation: what stands in it, how it is written and how it is judged."""
