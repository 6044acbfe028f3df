"""What the commands of `kombify sim` show."""
