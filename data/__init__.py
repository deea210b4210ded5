"""What things are, and where they are kept. Imports nothing else of ours."""
