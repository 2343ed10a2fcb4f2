"""From the ratings in the database to candidates: train, compare, evaluate, tune."""
