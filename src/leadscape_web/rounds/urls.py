"""Addresses of survey rounds: the editors' below ``/rounds/``, the respondents' below ``/answer/``."""

from __future__ import annotations

from django.urls import URLPattern, path

from leadscape_web.rounds.views import answering, respondents, rounds

app_name = "rounds"
urlpatterns: list[URLPattern] = [
    path("rounds/", rounds.rounds, name="rounds"),
    path("rounds/new/", rounds.new, name="new"),
    path("rounds/<uuid:key>/", rounds.round_page, name="round"),
    path("rounds/<uuid:key>/change/", rounds.edit, name="edit"),
    path("rounds/<uuid:key>/who/", rounds.who, name="who"),
    path("rounds/<uuid:key>/start/", rounds.start, name="start"),
    path("rounds/<uuid:key>/close/", rounds.close, name="close"),
    path("rounds/<uuid:key>/try-again/", rounds.again, name="again"),
    path("rounds/<uuid:key>/respondent/<uuid:asked>/", respondents.respondent, name="respondent"),
    path("answer/<str:token>/", answering.answer, name="answer"),
    path("answer/<str:token>/add/", answering.add, name="add"),
    path("answer/<str:token>/person/<uuid:key>/", answering.change, name="change"),
    path("answer/<str:token>/person/<uuid:key>/remove/", answering.remove, name="remove"),
    path("answer/<str:token>/none/", answering.none, name="none"),
    path("answer/<str:token>/check/", answering.check, name="check"),
    path("answer/<str:token>/sent/", answering.sent, name="sent"),
    path("answer/<str:token>/stop/", answering.stop, name="stop"),
]
