"""Lists: recommendations with their dials and reasons, explanations, taste profiles and onboarding."""
