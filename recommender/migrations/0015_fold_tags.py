"""Tags that differ only in case or compatibility forms become one; everybody keeps theirs under its one spelling."""

import unicodedata

from django.db import migrations

MAX_LENGTH = 255
MERGE = """
INSERT INTO recommender_tagapplication (rater_id, movie_id, tag_id, applied_at)
SELECT rater_id, movie_id, %(kept)s, min(applied_at) FROM recommender_tagapplication
WHERE tag_id = ANY(%(others)s) GROUP BY 1, 2 ON CONFLICT DO NOTHING;
DELETE FROM recommender_tagapplication WHERE tag_id = ANY(%(others)s);
DELETE FROM recommender_movietag WHERE tag_id = ANY(%(others)s) OR tag_id = %(kept)s;
INSERT INTO recommender_movietag (movie_id, tag_id, count)
SELECT movie_id, tag_id, count(*) FROM recommender_tagapplication WHERE tag_id = %(kept)s GROUP BY 1, 2;
DELETE FROM recommender_tag WHERE id = ANY(%(others)s);
"""


def folded(name):
    compatible = unicodedata.normalize("NFKC", name).casefold()
    return " ".join(unicodedata.normalize("NFKC", compatible).lower().split())[:MAX_LENGTH].strip()


def fold(apps, schema_editor):
    with schema_editor.connection.cursor() as cursor:
        cursor.execute("LOCK TABLE recommender_movietag IN SHARE ROW EXCLUSIVE MODE")
        cursor.execute("SELECT id, name FROM recommender_tag ORDER BY id")
        names = dict(cursor.fetchall())
        spellings = {}
        for tag_id, name in names.items():
            spellings.setdefault(folded(name) or name, []).append(tag_id)
        for spelling, (kept, *others) in spellings.items():
            if others:
                cursor.execute(MERGE, {"kept": kept, "others": others})
            if names[kept] != spelling:
                cursor.execute("UPDATE recommender_tag SET name = %s WHERE id = %s", [spelling, kept])


class Migration(migrations.Migration):
    dependencies = [("recommender", "0014_write_counts")]

    operations = [migrations.RunPython(fold, migrations.RunPython.noop, elidable=True)]
