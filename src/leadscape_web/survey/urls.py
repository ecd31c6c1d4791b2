"""Addresses of the survey: leaders, role-holdings, corrections, waves."""

from __future__ import annotations

from django.urls import path

from leadscape_web.survey.views import (
    holding_corrections,
    leader,
    leader_corrections,
    lists,
    support_corrections,
    waves,
)

app_name = "survey"
urlpatterns = [
    path("survey/leaders/", lists.leaders, name="leaders"),
    path("survey/role-holdings/", lists.role_holdings, name="role_holdings"),
    path("survey/anonymous/", lists.anonymous, name="anonymous"),
    path("survey/leader/<uuid:key>/", leader.leader, name="leader"),
    path("survey/leader/<uuid:key>/name/", leader_corrections.correct_name, name="correct_name"),
    path(
        "survey/leader/<uuid:key>/home-school/",
        leader_corrections.correct_home_school,
        name="correct_home_school",
    ),
    path("survey/leader/<uuid:key>/add-role-holding/", holding_corrections.add_holding, name="add_holding"),
    path("survey/leader/<uuid:key>/add-support/", support_corrections.add_support, name="add_support"),
    path("survey/role-holding/<uuid:key>/", holding_corrections.correct_holding, name="correct_holding"),
    path("survey/role-holding/<uuid:key>/end/", holding_corrections.end_holding, name="end_holding"),
    path("survey/support/<uuid:key>/end/", support_corrections.end_support, name="end_support"),
    path("survey/waves/", waves.waves, name="waves"),
    path("survey/wave/<uuid:key>/", waves.wave, name="wave"),
    path("survey/wave/<uuid:key>/codebook.toml", waves.codebook, name="codebook"),
]
