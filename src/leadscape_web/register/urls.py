"""Addresses of the register's pages."""

from __future__ import annotations

from django.urls import URLPattern, path

from leadscape_web.register import find_views
from leadscape_web.register.views import authority, lists, school, trust

app_name = "register"
urlpatterns: list[URLPattern] = [
    path("find/", find_views.find_anything, name="find"),
    path("register/school/<str:urn>/", school.show_school, name="school"),
    path("register/authority/<str:code>/", authority.show_authority, name="authority"),
    path("register/trust/<str:uid>/", trust.show_trust, name="trust"),
    path("register/schools/", lists.list_schools, name="schools"),
    path("register/authorities/", lists.list_authorities, name="authorities"),
    path("register/trusts/", lists.list_trusts, name="trusts"),
    path("register/sources/", lists.list_sources, name="sources"),
]
