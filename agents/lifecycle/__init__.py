"""How jobs move: which moves exist, who may make them, and the events each leaves behind."""
