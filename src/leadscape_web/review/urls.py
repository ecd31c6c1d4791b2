"""Addresses of ``review``."""

from __future__ import annotations

from django.urls import path

from leadscape_web.review.views import files, questions, samples

app_name = "review"
urlpatterns = [
    path("review/", questions.queue, name="queue"),
    path("review/keys/", questions.keys, name="keys"),
    path("review/<uuid:key>/", questions.question, name="question"),
    path("review/undo/<uuid:key>/", questions.undo, name="undo"),
    path("review/study/<uuid:study>/file.<str:kind>", files.download, name="download"),
    path("review/study/<uuid:study>/upload/", files.upload, name="upload"),
    path("review/study/<uuid:study>/apply/", files.apply, name="apply"),
    path("review/study/<uuid:study>/run/", files.run, name="run"),
    path("review/samples/", samples.samples, name="samples"),
    path("review/samples/<uuid:key>/", samples.sample, name="sample"),
    path("review/study/<uuid:study>/draw/", samples.draw, name="draw"),
    path("review/entry/<uuid:key>/", samples.entry, name="entry"),
]
