"""Model calls: one streaming door over every provider. Only workers come here."""
