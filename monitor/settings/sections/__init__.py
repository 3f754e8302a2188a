"""The sections of the settings, one a file; each field with its unit, its meaning and the reason for its default."""
