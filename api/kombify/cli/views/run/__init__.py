"""A job as people, or programs, watch it: each view takes the events of the job and shows them in its way."""
