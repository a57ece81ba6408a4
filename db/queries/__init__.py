"""All that is asked of the database, a module for each subject."""
