"""Stories of the applications in processes/, told through the API on a fake clock."""
