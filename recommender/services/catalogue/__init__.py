"""Movies, the search for titles, and their metadata from The Movie Database."""
