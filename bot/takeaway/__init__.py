"""What people take home from a party: files and a map."""
