"""The HTTP door: what it takes, who may, and what it replies."""
