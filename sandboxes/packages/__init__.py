"""The lists of packages that apps are made with: read, changed, and what their locks say. Pure."""
