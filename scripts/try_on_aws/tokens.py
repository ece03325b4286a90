"""Cognito: which claims its access tokens have."""

import base64
import json
import secrets

from try_on_aws.trial import Json, Seen, Trial

CLAIMS = ("client_id", "scope", "aud", "token_use")


def check(trial: Trial) -> Seen:
    """The token of one user of a user pool, who signs in once."""
    pool = {"UserPoolId": trial.call("cognito-idp", "create_user_pool", PoolName=trial.name)["UserPool"]["Id"]}
    # With a letter of each kind.
    user, password = {**pool, "Username": "try"}, f"Aa1-{secrets.token_hex(12)}"
    flows = ["ALLOW_ADMIN_USER_PASSWORD_AUTH", "ALLOW_REFRESH_TOKEN_AUTH"]
    made = trial.call("cognito-idp", "create_user_pool_client", **pool, ClientName="try", ExplicitAuthFlows=flows)
    trial.call("cognito-idp", "admin_create_user", **user, MessageAction="SUPPRESS")
    trial.call("cognito-idp", "admin_set_user_password", **user, Password=password, Permanent=True)
    signed_in = trial.call(
        "cognito-idp",
        "admin_initiate_auth",
        **pool,
        ClientId=made["UserPoolClient"]["ClientId"],
        AuthFlow="ADMIN_USER_PASSWORD_AUTH",
        AuthParameters={"USERNAME": "try", "PASSWORD": password},
    )
    claims = _claims(signed_in["AuthenticationResult"]["AccessToken"])
    return {"accessToken": {name: name in claims for name in CLAIMS}}


def gone(trial: Trial) -> None:
    """Delete the pool."""
    for pool in trial.aws.pages("cognito-idp", "list_user_pools", "UserPools", MaxResults=60):
        if pool["Name"] == trial.name:
            trial.drop("cognito-idp", "delete_user_pool", UserPoolId=pool["Id"])


def _claims(token: str) -> Json:
    middle = token.split(".")[1]
    found: Json = json.loads(base64.urlsafe_b64decode(middle + "=" * (-len(middle) % 4)))
    return found
