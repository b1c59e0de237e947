"""The reference runtime: SpiffWorkflow behind the Runtime port."""
