"""What the service says, for people and for programs."""
