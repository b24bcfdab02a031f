"""/api/auth/"""

from django.urls import path

from accounts import openid_views, password_views, second_factor_views, views
from accounts.service_token_views import ServiceTokenViewSet

urlpatterns = [
    path("login/", views.LoginView.as_view(), name="login"),
    path("login/code/", views.LoginCodeView.as_view(), name="login-code"),
    path("logout/", views.LogoutView.as_view(), name="logout"),
    path("logout/everywhere/", views.LogoutEverywhereView.as_view(), name="logout-everywhere"),
    path("me/", views.MeView.as_view(), name="me"),
    path("options/", openid_views.OptionsView.as_view(), name="sign-in-options"),
    path("oidc/start/", openid_views.StartView.as_view(), name="oidc-start"),
    path("oidc/callback/", openid_views.CallbackView.as_view(), name="oidc-callback"),
    path("password/change/", password_views.PasswordChangeView.as_view(), name="password-change"),
    path("password/forgotten/", password_views.PasswordForgottenView.as_view(), name="password-forgotten"),
    path("password/reset/", password_views.PasswordResetView.as_view(), name="password-reset"),
    path("second-factor/", second_factor_views.SecondFactorView.as_view(), name="second-factor"),
    path("second-factor/set-up/", second_factor_views.SetUpView.as_view(), name="second-factor-set-up"),
    path("second-factor/confirm/", second_factor_views.ConfirmView.as_view(), name="second-factor-confirm"),
    path(
        "second-factor/recovery-codes/",
        second_factor_views.RecoveryCodesView.as_view(),
        name="second-factor-recovery-codes",
    ),
    path("second-factor/turn-off/", second_factor_views.TurnOffView.as_view(), name="second-factor-turn-off"),
    path(
        "service-tokens/",
        ServiceTokenViewSet.as_view({"get": "list", "post": "create"}, name="Service tokens"),
        name="service-tokens",
    ),
    path(
        "service-tokens/<int:pk>/",
        ServiceTokenViewSet.as_view({"delete": "destroy"}, name="Service token"),
        name="service-token",
    ),
    path("token/", views.TokenObtainView.as_view(), name="token"),
    path("token/refresh/", views.TokenRefreshView.as_view(), name="token-refresh"),
    path("token/verify/", views.TokenVerifyView.as_view(), name="token-verify"),
    path("token/blacklist/", views.TokenBlacklistView.as_view(), name="token-blacklist"),
]
