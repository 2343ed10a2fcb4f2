"""Lists: recommendations, their dials and reasons, explanations, tastes and first questions."""
