"""What must hold between settings. Each rule names the settings it needs, and runs if those are valid by themselves."""
