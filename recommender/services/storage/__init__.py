"""Files that outlive a process: artifacts and the checkpoints of unfinished trainings."""
