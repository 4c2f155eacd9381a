"""The signals lower rooms send upward."""

from django.dispatch import Signal

# Sent on commit, after a branch got a new head; the sender is Project, and with it come
# the project, the branch and the version that is its head now.
tree_changed = Signal()

# Sent on commit; the sender is Project, and with it comes the project whose running apps are to start anew.
restart_wanted = Signal()

# Sent on commit, after a change set was turned down or superseded: nobody is to show it any longer. The sender is
# Project, and with it come the project and the change set.
changeset_closed = Signal()

# Sent before somebody decides about a change set that a job made, edits, applies or rejects it; the sender is Project,
# and with it come the project and the change set. Who is still at work on it raises a Refusal.
changeset_deciding = Signal()

# Sent while a branch is deleted, inside the transaction; the sender is Project, and with it come the project and
# the branch. Who cannot do without the branch raises a Refusal.
branch_deleting = Signal()
