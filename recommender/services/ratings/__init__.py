"""What people say of movies: ratings, marks and tags, and the figures that follow from them."""
