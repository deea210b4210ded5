"""The pages that show how it goes, and how it would have gone."""
