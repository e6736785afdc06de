"""Why somebody is not let in."""

from madoguchi.kernel.errors import Kind, MadoguchiError


class SignInNeededError(MadoguchiError):
    """Sign in first."""

    kind = Kind.FORBIDDEN
    code = "sign_in_needed"


class WrongCredentialsError(MadoguchiError):
    """E-mail address or password are wrong."""

    kind = Kind.FORBIDDEN
    code = "wrong_credentials"


class TooManyTriesError(MadoguchiError):
    """Too many tries; wait a minute."""

    kind = Kind.UNAVAILABLE
    code = "too_many_tries"
