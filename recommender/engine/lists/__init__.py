"""From ranking scores to lists: re-ranking, places, groups of people, taste axes and onboarding."""
