"""Six made-up members, by the titles they have rated; titles that a release does not have are left out."""

from recommender.models import Movie
from recommender.services.catalogue.movies import Mine

MEMBERS: dict[str, dict[str, float]] = {
    "hates blockbusters, loves Bergman": {
        "Seventh Seal, The": 5, "Wild Strawberries": 5, "Persona": 5, "Fanny and Alexander": 4.5, "8 1/2": 4.5,
        "Transformers": 0.5, "Armageddon": 1, "Independence Day": 1, "Avatar": 1.5, "Pearl Harbor": 0.5,
    },
    "loves children's films, hates thrillers": {
        "Toy Story": 5, "Finding Nemo": 5, "Lion King, The": 4.5, "Babe": 4.5, "Monsters, Inc.": 5,
        "Seven": 1, "Silence of the Lambs, The": 1, "Fight Club": 1, "Saw": 0.5, "Usual Suspects, The": 1.5,
    },
    "rates harshly": {
        "Godfather, The": 4, "Goodfellas": 3.5, "Pulp Fiction": 3, "Forrest Gump": 2, "Titanic": 1.5,
        "Matrix, The": 2.5, "Shawshank Redemption, The": 3, "Jurassic Park": 2, "Batman": 1.5, "Casino": 3.5,
    },
    "only dislikes": {"Saw": 1, "Hostel": 0.5, "Twilight": 1, "Scary Movie": 1.5, "Batman & Robin": 0.5},
    "film noir": {
        "Double Indemnity": 5, "Maltese Falcon, The": 5, "Big Sleep, The": 4.5, "Out of the Past": 5, "Laura": 4.5,
        "Dumb & Dumber": 1, "Ace Ventura: Pet Detective": 0.5, "Charlie's Angels": 1,
    },
    "science fiction, but not Star Wars": {
        "Blade Runner": 5, "2001: A Space Odyssey": 5, "Alien": 4.5, "Gattaca": 4.5, "Solaris": 4.5,
        "Star Wars: Episode IV - A New Hope": 1, "Star Wars: Episode I - The Phantom Menace": 0.5,
        "Twelve Monkeys": 4.5,
    },
}  # fmt: skip


def mine_of(member: str) -> Mine:
    """Return what a member has said, with the best-known movie of each title."""
    rated: dict[int, int] = {}
    for title, stars in MEMBERS[member].items():
        movie = by_title(title)
        if movie is not None:
            rated[movie.pk] = round(2 * stars)
    return Mine(rated)


def by_title(title: str) -> Movie | None:
    article = title.removesuffix(", The")
    wanted = f"The {article}" if article != title else title
    return Movie.objects.filter(title__in=(title, wanted)).order_by("-rating_count").first()
