"""What comes back from an identity provider."""

import marshmallow as ma

from libs.http import fields

_MAX = 4096


class SignInProvidersSchema(fields.Schema):
    """Where people can sign in."""

    providers = ma.fields.List(fields.Text(), required=True, metadata={"examples": [["google"]]})


class SignInCallbackSchema(fields.Schema):
    """A code, or an error; providers add more of these, of which nothing is used."""

    state = fields.Text(0, _MAX, load_default="")
    code = fields.Text(1, _MAX, load_default=None)
    error = fields.Text(0, _MAX, load_default=None)
    error_description = fields.Text(0, _MAX, load_default=None)
    error_uri = fields.Text(0, _MAX, load_default=None)
    iss = fields.Text(0, _MAX, load_default=None)
    scope = fields.Text(0, _MAX, load_default=None)
    session_state = fields.Text(0, _MAX, load_default=None)
    authuser = fields.Text(0, _MAX, load_default=None)
    prompt = fields.Text(0, _MAX, load_default=None)
    hd = fields.Text(0, _MAX, load_default=None)
