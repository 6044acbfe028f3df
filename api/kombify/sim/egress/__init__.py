"""What reaches a lab's machines from outside: packages through an allow-list proxy with a cache, and names."""
