"""What operators see, a module for each corner. Facts that are only ever added cannot be changed here either."""

from projects.admin import accounts, changes, facts, files, history, people, projects, sealed, users
