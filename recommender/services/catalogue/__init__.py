"""Movies, the search for titles, and what The Movie Database knows of them."""
