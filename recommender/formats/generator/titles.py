"""Made-up movies: titles, years and genres that look like those of a catalogue."""

import numpy as np

from recommender.formats.movielens.dataset import Movies

GENRE_SHARES = {
    "Drama": 0.42,
    "Comedy": 0.30,
    "Thriller": 0.15,
    "Romance": 0.14,
    "Action": 0.13,
    "Horror": 0.10,
    "Documentary": 0.08,
    "Crime": 0.09,
    "Adventure": 0.08,
    "Sci-Fi": 0.07,
    "Mystery": 0.05,
    "Children": 0.05,
    "Animation": 0.05,
    "Fantasy": 0.05,
    "War": 0.03,
    "Western": 0.025,
    "Musical": 0.02,
    "Film-Noir": 0.01,
}
ADJECTIVES = (
    "Silent", "Broken", "Golden", "Hidden", "Last", "Crimson", "Distant", "Endless", "Forgotten", "Gentle",
    "Hollow", "Iron", "Late", "Lonely", "Lost", "Midnight", "Northern", "Paper", "Quiet", "Restless", "Scarlet",
    "Second", "Secret", "Shallow", "Silver", "Sleeping", "Southern", "Stolen", "Strange", "Tender", "Thirsty",
    "Uncertain", "Velvet", "Wandering", "White", "Wild", "Winter", "Wooden", "Young", "Burning", "Electric",
    "Foreign", "Glass", "Honest", "Invisible", "Patient", "Perfect", "Reluctant", "Seventh", "Stubborn",
)  # fmt: skip
NOUNS = (
    "Harbour", "River", "Garden", "Letter", "Orchard", "Station", "Lighthouse", "Summer", "Promise", "Stranger",
    "Witness", "Season", "Kingdom", "Mirror", "Journey", "Detective", "Daughter", "Brother", "Carnival", "Compass",
    "Country", "Crossing", "Dancer", "Empire", "Engine", "Evening", "Fortune", "Frontier", "Ghost", "Horizon",
    "Hunter", "Island", "Jury", "Lantern", "Machine", "Magician", "Map", "Meadow", "Melody", "Mountain",
    "Neighbour", "Night", "Ocean", "Painter", "Passenger", "Piano", "Pilot", "Planet", "Rain", "Road", "Rumour",
    "Sailor", "Shadow", "Signal", "Silence", "Sky", "Soldier", "Song", "Storm", "Street", "Teacher", "Thief",
    "Tide", "Tower", "Train", "Valley", "Verdict", "Violin", "Voyage", "Wedding", "Window", "Wolf",
)  # fmt: skip
PLACES = (
    "Lisbon", "Trieste", "Montana", "Havana", "Kyoto", "Dover", "Marseille", "Bergen", "Savannah", "Tangier",
    "Cracow", "Odessa", "Brighton", "Valparaíso", "Leith", "Galway", "Naples", "Ankara", "Bombay", "Alaska",
    "Saigon", "Toledo", "Nantes", "Málaga", "Tromsø",
)  # fmt: skip
NAMES = (
    "Anna", "Beatrice", "Clara", "Dorothy", "Edith", "Frances", "Greta", "Helen", "Irene", "Josephine", "Kate",
    "Laura", "Margot", "Nora", "Olive", "Pauline", "Rosa", "Sylvia", "Theresa", "Vera", "Walter", "Arthur",
    "Bernard", "Conrad", "Desmond", "Edmund", "Felix", "Gilbert", "Harold", "Ivan", "Jasper", "Leo", "Martin",
    "Noah", "Oscar", "Percy", "Ralph", "Simon", "Theodore", "Victor",
)  # fmt: skip
PATTERNS = (
    "{adjective} {noun}, The",
    "{adjective} {noun}, The",
    "{noun} of {place}, The",
    "{noun} and the {other}, The",
    "{name} and the {noun}",
    "{name}'s {noun}",
    "{adjective} {noun}, A",
    "Return to {place}",
    "{noun} in {place}, A",
    "{adjective} {adjective2} {noun}",
    "{name} & {name2}",
    "{noun}",
    "Goodbye, {name}",
    "Night {noun}: The {adjective} {other}",
)


def invent_movies(n_movies: int, *, seed: int) -> Movies:
    """Return movies with ids 1..n_movies; no two have the same title and year.

    Parameters
    ----------
    n_movies : int
    seed : int
    """
    rng = np.random.default_rng([seed, 4])
    ages = np.minimum(rng.exponential(18, size=n_movies), 98).astype(np.int16)
    years = (2018 - ages).astype(np.int16)
    seen: dict[tuple[str, int], int] = {}
    titles = [_numbered(_title(rng), int(year), seen) for year in years]
    shares = np.array(list(GENRE_SHARES.values()))
    names = tuple(GENRE_SHARES)
    has_genre = rng.random((n_movies, shares.size)) < shares
    without = np.flatnonzero(~has_genre.any(axis=1))
    has_genre[without, rng.choice(shares.size, size=without.size, p=shares / shares.sum())] = True
    return Movies(
        movie_ids=np.arange(1, n_movies + 1, dtype=np.int32),
        titles=tuple(titles),
        alternative_titles=((),) * n_movies,
        years=years,
        genres=tuple(tuple(sorted(names[genre] for genre in np.flatnonzero(row))) for row in has_genre),
        imdb_ids=("",) * n_movies,
        tmdb_ids=np.zeros(n_movies, dtype=np.int32),
        poster_paths=("",) * n_movies,
    )


def _title(rng: np.random.Generator) -> str:
    words = {"adjective": ADJECTIVES, "adjective2": ADJECTIVES, "noun": NOUNS, "other": NOUNS, "place": PLACES}
    words |= {"name": NAMES, "name2": NAMES}
    picks = rng.random(len(words) + 1)
    chosen = {
        kind: choices[int(pick * len(choices))] for (kind, choices), pick in zip(words.items(), picks, strict=False)
    }
    return PATTERNS[int(picks[-1] * len(PATTERNS))].format(**chosen)


def _numbered(title: str, year: int, seen: dict[tuple[str, int], int]) -> str:
    """Number a title that already exists in its year, like a sequel."""
    count = seen[title, year] = seen.get((title, year), 0) + 1
    if count == 1:
        return title
    head, comma, article = title.rpartition(", ")
    return f"{head} {count}{comma}{article}" if article in ("The", "A") else f"{title} {count}"
