"""`fairdrift audit ...`: what the audit trail shows, offline. `opening` opens it for writing, `held` for reading."""
