"""The party itself and its front doors."""
