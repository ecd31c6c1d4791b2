"""Addresses of data protection: for editors, and My data by link."""

from __future__ import annotations

from django.urls import path

from leadscape_web.privacy.views import (
    addresses,
    doubts,
    linked,
    lists,
    many,
    people,
    requests,
    rules,
    telling,
)

app_name = "privacy"
urlpatterns = [
    path("my-data/<str:token>/", linked.my_data, name="my_data"),
    path("my-data/<str:token>/correct/", linked.ask_correction, name="ask_correction"),
    path("my-data/<str:token>/leave/", linked.stay_out, name="stay_out"),
    path("my-data/<str:token>/held.<str:kind>", linked.take_away, name="take_away"),
    path("data-protection/", lists.home, name="home"),
    path("data-protection/notices/", lists.notices_page, name="notices"),
    path("data-protection/notices/send/", many.send_all, name="send_all"),
    path("data-protection/notices/letters/", many.letters, name="letters"),
    path("data-protection/addresses/", addresses.addresses, name="addresses"),
    path("data-protection/addresses/missing/", addresses.without_address, name="without_address"),
    path("data-protection/requests/", lists.requests, name="requests"),
    path("data-protection/request/<uuid:key>/", requests.request_page, name="request"),
    path("data-protection/request/<uuid:key>/tell/", telling.tell_answer, name="tell_answer"),
    path("data-protection/doubtful/", doubts.doubtful, name="doubtful"),
    path("data-protection/doubtful/<uuid:key>/", doubts.doubtful_row, name="doubtful_row"),
    path("data-protection/doubtful/<uuid:key>/take-back/", doubts.take_back, name="take_back_row"),
    path("data-protection/erasures/", lists.erasures, name="erasures"),
    path("data-protection/basis/", rules.bases, name="bases"),
    path("data-protection/basis/record/", rules.basis, name="basis"),
    path("data-protection/retention/", rules.retention, name="retention"),
    path("data-protection/retention/<slug:code>/", rules.period, name="period"),
    path("data-protection/person/<uuid:key>/", people.person, name="person"),
    path("data-protection/person/<uuid:key>/address/", people.address, name="address"),
    path("data-protection/person/<uuid:key>/send/", telling.send, name="send"),
    path("data-protection/person/<uuid:key>/letter/", telling.letter, name="letter"),
    path("data-protection/person/<uuid:key>/basis/", people.basis, name="person_basis"),
    path("data-protection/person/<uuid:key>/keep-out/", people.keep_out, name="keep_out"),
    path("data-protection/person/<uuid:key>/bring-back/", people.let_in, name="let_in"),
    path("data-protection/person/<uuid:key>/erase/", people.erase, name="erase"),
    path("data-protection/person/<uuid:key>/held.<str:kind>", people.export, name="export"),
    path("data-protection/person/<uuid:key>/<uuid:notice>/came-back/", telling.bounced, name="bounced"),
]
