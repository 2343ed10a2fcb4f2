"""Tags that differ only in case or compatibility forms are one tag, also those from before that was so."""

from datetime import timedelta
from importlib import import_module

import pytest
from django.apps import apps
from django.contrib.auth.models import User
from django.db import connection

from recommender.models import MovieTag, Rater, Tag, TagApplication
from recommender.services.ratings import tags
from tests.support.factories import LONG_AGO, make_movie, make_rater

pytestmark = pytest.mark.django_db
migration = import_module("recommender.migrations.0015_fold_tags")
SAME = [("straße", "STRASSE"), ("ﬁlm", "film"), ("Ⅻ", "xii"), ("ＳＰＡＣＥ", "space"), ("sci\u00a0fi", "sci fi"),
        ("café", "cafe\u0301"), ("ΣΊΣΥΦΟΣ", "σίσυφος"), ("ꭰ", "Ꭰ")]  # fmt: skip


@pytest.mark.parametrize(("one", "other"), SAME)
def test_they_are_one_tag(alice_rater: Rater, one: str, other: str) -> None:
    movie = make_movie()
    for rater, name in ((alice_rater, one), (make_rater(), other)):
        tags.add(rater=rater, movie=movie, name=name)
    assert MovieTag.objects.get().count == 2
    assert Tag.objects.get().name == tags.folded(tags.folded(one)) == migration.folded(other)


def test_earlier_tags_are_merged_and_nobody_loses_one(alice_rater: Rater, alice: User) -> None:
    movie, other = make_movie(), make_movie(2, "Brazil")
    bob, carol = make_rater(1), make_rater(2)
    given = {"straße": [(alice_rater, movie), (bob, movie)], "strasse": [(alice_rater, movie), (carol, other)],
             "ﬁlm": [(bob, other)], "noir": [(carol, movie)]}  # fmt: skip
    for day, (name, applications) in enumerate(given.items()):
        tag = Tag.objects.create(name=name)
        for rater, tagged in applications:
            TagApplication.objects.create(rater=rater, movie=tagged, tag=tag, applied_at=LONG_AGO + timedelta(days=day))
        for tagged in {tagged for _, tagged in applications}:
            n_given = len([each for _, each in applications if each == tagged])
            MovieTag.objects.create(movie=tagged, tag=tag, count=n_given)
    with connection.schema_editor() as editor:
        migration.fold(apps, editor)
    assert set(Tag.objects.values_list("name", flat=True)) == {"strasse", "film", "noir"}
    assert set(TagApplication.objects.values_list("rater", "movie", "tag__name")) == {
        (alice_rater.pk, 1, "strasse"), (bob.pk, 1, "strasse"), (carol.pk, 2, "strasse"),
        (bob.pk, 2, "film"), (carol.pk, 1, "noir"),
    }  # fmt: skip
    assert set(MovieTag.objects.values_list("movie", "tag__name", "count")) == {
        (1, "strasse", 2), (2, "strasse", 1), (2, "film", 1), (1, "noir", 1),
    }  # fmt: skip
