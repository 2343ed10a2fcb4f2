"""What people say about movies: ratings, marks and tags, and the statistics made from them."""
