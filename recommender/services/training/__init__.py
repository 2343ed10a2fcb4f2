"""Train on the ratings in the database; compare, evaluate and tune."""
