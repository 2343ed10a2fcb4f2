"""Files as the sites write them, a few rows each."""

LETTERBOXD = (
    "Date,Name,Year,Letterboxd URI,Rating\n"
    "2023-01-15,Alien,1979,https://boxd.it/29MK,4.5\n"
    "2023-01-16,Léon: The Professional,1994,https://boxd.it/2aYs,4\n"
    '2023-02-02,"Good, the Bad and the Ugly, The",1966,https://boxd.it/2a1m,0.5\n'
)
LETTERBOXD_WATCHLIST = "Date,Name,Year,Letterboxd URI\n2023-01-15,Alien,1979,https://boxd.it/29MK\n"
IMDB = (
    "Const,Your Rating,Date Rated,Title,Original Title,URL,Title Type,IMDb Rating,Runtime (mins),Year,Genres,"
    "Num Votes,Release Date,Directors\n"
    'tt0078748,9,2023-01-15,Alien,Alien,https://www.imdb.com/title/tt0078748/,Movie,8.5,117,1979,"Horror, Sci-Fi",'
    "972000,1979-05-25,Ridley Scott\n"
    "tt0944947,10,2023-01-16,Game of Thrones,Game of Thrones,https://www.imdb.com/title/tt0944947/,TV Series,9.2,57,"
    '2011,"Action, Adventure",2300000,2011-04-17,\n'
    "tt0110413,7,2023-01-17,Léon: The Professional,Léon,https://www.imdb.com/title/tt0110413/,Movie,8.5,110,1994,"
    '"Action, Crime",1250000,1994-09-14,Luc Besson\n'
)
OLD_IMDB = (
    "Const,Your Rating,Date Rated,Title,URL,Title Type,IMDb Rating,Runtime (mins),Year,Genres,Num Votes,Release Date,"
    "Directors\n"
    "tt0078748,9,2015-01-15,Alien,http://www.imdb.com/title/tt0078748/,movie,8.5,117,1979,horror,500000,1979-05-25,"
    "Ridley Scott\n"
    "tt0944947,10,2015-01-16,Game of Thrones,http://www.imdb.com/title/tt0944947/,tvSeries,9.5,57,2011,drama,900000,"
    "2011-04-17,\n"
)
MOVIELENS_ORG = (
    "movie_id,imdb_id,tmdb_id,rating,average_rating,title\r\n"
    "1214,0078748,348,4.5,4.05,Alien (1979)\r\n"
    '293,0110413,101,4.0,4.01,"Léon: The Professional (a.k.a. The Professional) (Léon) (1994)"\r\n'
)
TRAKT = (
    "rated_at,type,title,year,trakt_rating,trakt_id,imdb_id,tmdb_id,tvdb_id,url,released,season_number,rating\n"
    "2023-01-15T20:15:00.000Z,movie,Alien,1979,8.4,295,tt0078748,348,,https://trakt.tv/movies/alien-1979,1979-05-25,,9\n"
    "2023-01-16T20:15:00.000Z,show,Dark,2017,8.6,17,tt5753856,70523,334824,https://trakt.tv/shows/dark,2017-12-01,,8\n"
)
MOVIELENS = "userId,movieId,rating,timestamp\n7,1214,4.5,1112486027\n7,293,4.0,1112484676\n"
ALL = {
    "letterboxd": LETTERBOXD,
    "letterboxd_watchlist": LETTERBOXD_WATCHLIST,
    "imdb": IMDB,
    "movielens_org": MOVIELENS_ORG,
    "trakt": TRAKT,
    "movielens": MOVIELENS,
}


def letterboxd(*rows: str) -> bytes:
    """Return a Letterboxd file of rows such as "Alien,1979,4.5"."""
    lines = [f"2023-01-15,{title},{year},,{stars}" for title, year, stars in (row.rsplit(",", 2) for row in rows)]
    return "\n".join(["Date,Name,Year,Letterboxd URI,Rating", *lines, ""]).encode()
