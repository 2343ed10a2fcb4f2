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
IMDB_2010 = (
    '"position","const","created","modified","description","Title","Title type","Directors","You rated","IMDb Rating",'
    '"Runtime (mins)","Year","Genres","Num. Votes","Release Date (month/day/year)","URL"\n'
    '"1","tt0078748","Sat Jan 15 00:00:00 2011","","","Alien","Feature Film","Ridley Scott","9","8.5","117","1979",'
    '"horror, sci_fi","300000","1979-05-25","http://www.imdb.com/title/tt0078748/"\n'
)
IMDB_WATCHLIST = (
    "Position,Const,Created,Modified,Description,Title,Original Title,URL,Title Type,IMDb Rating,Runtime (mins),Year,"
    "Genres,Num Votes,Release Date,Directors,Your Rating,Date Rated\n"
    "1,tt0078748,2023-01-15,2023-01-15,,Alien,Alien,https://www.imdb.com/title/tt0078748/,Movie,8.5,117,1979,Horror,"
    "972000,1979-05-25,Ridley Scott,,\n"
)
IMDB_WATCHLIST_RATED = (
    "2,tt0110413,2023-01-15,2023-01-15,,Léon,Léon,https://www.imdb.com/title/tt0110413/,Movie,8.5,110,1994,Crime,"
    "972000,1994-09-14,Luc Besson,8,2023-01-16\n"
)
LETTERBOXD_IMPORT = "Title,Year,Rating10,WatchedDate\nAlien,1979,9,2023-01-15\n"
LETTERBOXD_DIARY = (
    "Date,Name,Year,Letterboxd URI,Rating,Rewatch,Tags,Watched Date\n"
    "2023-03-02,Alien,1979,https://boxd.it/9,5,Yes,,2023-03-01\n2023-03-02,Dune,2021,https://boxd.it/8,,,,2023-03-01\n"
)
TMDB = (
    "TMDb ID,IMDb ID,Type,Name,Release Date,Season Number,Episode Number,Rating,Your Rating,Date Rated\n"
    "348,tt0078748,movie,Alien,1979-05-25T00:00:00Z,,,8.2,9,2023-01-15T20:15:00Z\n"
)
SIMKL = (
    "SIMKL_ID,Title,Type,Year,Watchlist,LastEpWatched,WatchedDate,Rating,Memo,TVDB,TMDB,IMDB\n"
    "53536,Alien,movie,1979,completed,,2023-01-15,9,,,348,tt0078748\n"
)
CRITICKER = "Score,Film Name,Year,Date Rated,IMDB ID\n90,Alien,1979,2023-01-15,tt0078748\n"
TRAKT_JSON = (
    '[{"rated_at":"2023-01-15T20:15:00.000Z","rating":9,"type":"movie","movie":{"title":"Alien","year":1979,'
    '"ids":{"trakt":295,"slug":"alien-1979","imdb":"tt0078748","tmdb":348}}}]'
)
TRAKT_WATCHED_JSON = (
    '[{"id":1,"watched_at":"2023-01-15T20:15:00.000Z","action":"watch","type":"movie","movie":{"title":"Dune",'
    '"year":2021,"ids":{"trakt":1,"imdb":"tt1160419","tmdb":438631}}}]'
)
FILMAFFINITY = """<!DOCTYPE html><html><body><h1>Mis votaciones</h1>
<table class="ml movie-ratings">
<tr><td><div class="user-rating">9</div></td><td>Alien, el octavo pasajero (1979)</td>
<td><em>15 de enero de 2023, 20:15</em></td></tr>
<tr><td><div class="user-rating">10</div></td><td>Black Mirror (Serie de TV) (2011)</td>
<td><em>1 de mayo de 2023, 9:05</em></td></tr>
</table></body></html>"""
FILMAFFINITY_BACKUP = (
    "title;original title;year;country;user score;FA score;FA movie ID;directors\n"
    "Alien, el octavo pasajero;Alien;1979;Reino Unido;9;8,1;494558;Ridley Scott\n"
    "Dune;Dune;1984;Estados Unidos;;5,5;1;David Lynch\n"
)
KINOPOISK = """<html><head><title>оценки</title></head><body><table>
<tr><td><i>русскоязычное название</i></td><td><i>оригинальное название</i></td><td><i>год</i></td>
<td><i>страны</i></td><td><i>моя оценка</i></td><td><i>бюджет</i><br/>$</td></tr>
<tr><td><b>Чужой</b></td><td>Alien</td><td>1979</td><td>Великобритания</td><td>9</td><td>11000000</td></tr>
<tr><td><b>Брат</b></td><td></td><td>1997</td><td>Россия</td><td>zero</td><td></td></tr>
</table></body></html>"""
DOUBAN = (
    "\ufeff封面,标题,个人评分,打分日期,我的短评,上映日期,制片国家,条目链接,状态\n"
    '"https://img/1.jpg","异形/Alien","5","2023/01/15","","1979/05/25","英国","https://movie.douban.com/subject/1/",看过\n'
    '"https://img/2.jpg","变脸/Face/Off","","2023/01/16","","1997-06-27(美国)","美国","https://movie.douban.com/2/",看过\n'
    '"https://img/3.jpg","沙丘 / Dune","","2023/01/17","","2021","美国","https://movie.douban.com/3/",想看\n'
)
CRITICKER_SPACED = (
    "Score, Film Name, Year, Date Rated, Mini Review, URL, IMDB ID\n"
    '90, "Alien", 1979, 2023-01-15, "Loud, in space", https://www.criticker.com/film/Alien/, tt0078748\n'
)
CRITICKER_2026 = "Rating, Film Name, Year, IMDB ID\n90, Alien, 1979, tt0078748\n"
CRITICKER_2026_LOWEST = CRITICKER_2026.replace("90", "0")
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
