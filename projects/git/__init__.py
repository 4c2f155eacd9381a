"""What git needs to see a project as a repository; the database stays the truth."""
