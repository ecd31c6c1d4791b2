"""Addresses of accounts: one's own below ``/account/``, other people's below ``/administration/``."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, include, path

from leadscape_web.accounts import account_views as own
from leadscape_web.accounts import administration_views as others
from leadscape_web.accounts import invitation_views as inviting
from leadscape_web.accounts import organisation_views as bodies
from leadscape_web.accounts import sign_in_urls
from leadscape_web.accounts.openid import joining
from leadscape_web.accounts.openid import views as elsewhere

_named: list[URLPattern | URLResolver] = [
    path("account/", own.account, name="account"),
    path("account/name/", own.name, name="name"),
    path("account/second-factor/offer/", own.second_factor_offer, name="second_factor_offer"),
    path("account/sign-out-everywhere/", own.sign_out_everywhere, name="sign_out_everywhere"),
    path("account/keys/new/", own.new_token, name="new_token"),
    path("account/keys/<uuid:token_id>/revoke/", own.end_token, name="end_token"),
    path("account/sign-in/with/<slug:name>/", elsewhere.openid, name="openid"),
    path("account/sign-in/with/<slug:name>/back/", elsewhere.openid_back, name="openid_back"),
    path("account/sign-in/with/<slug:name>/join/", joining.join_by_openid, name="join_by_openid"),
    path("account/link/<slug:name>/", elsewhere.link_openid, name="link_openid"),
    path("account/linked/<uuid:identity_id>/unlink/", elsewhere.unlink_identity, name="unlink_identity"),
    path("account/invitation/<str:token>/with/<slug:name>/", joining.join_with_openid, name="join_with_openid"),
    path("account/invitation/<str:token>/", inviting.answer_invitation, name="answer_invitation"),
    path("account/first-administrator/<str:token>/", inviting.first_administrator, name="first_administrator"),
    path("administration/", others.administration, name="administration"),
    path("administration/users/", others.users, name="users"),
    path("administration/user/<uuid:user_id>/", others.user, name="user"),
    path("administration/user/<uuid:user_id>/give-right/", others.grant_right, name="grant_right"),
    path("administration/user/<uuid:user_id>/end-right/<uuid:access_id>/", others.end_right, name="end_right"),
    path("administration/user/<uuid:user_id>/switch-off/", others.switch_off, name="switch_off"),
    path("administration/user/<uuid:user_id>/switch-on/", others.switch_on, name="switch_on"),
    path("administration/user/<uuid:user_id>/reset-second-factor/", others.reset_second_factor,
         name="reset_second_factor"),
    path("administration/organisations/", bodies.organisations, name="organisations"),
    path("administration/organisations/add/", bodies.add_organisation, name="add_organisation"),
    path("administration/organisation/<uuid:organisation_id>/", bodies.organisation, name="organisation"),
    path("administration/invitations/", inviting.invitations, name="invitations"),
    path("administration/invitations/new/", inviting.new_invitation, name="new_invitation"),
    path("administration/invitation/<uuid:invitation_id>/", inviting.invitation, name="invitation"),
]  # fmt: skip

urlpatterns: list[URLPattern | URLResolver] = [
    path("", include((_named, "accounts"))),
    *sign_in_urls.urlpatterns,
]
