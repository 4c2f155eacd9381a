"""Every door of the site, and who may go through it."""
