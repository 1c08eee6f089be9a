"""How passwords are hashed."""

from django.contrib.auth.hashers import Argon2PasswordHasher


class Argon2(Argon2PasswordHasher):
    """Argon2id at the cost that OWASP names: two passes over 19 MiB, in one lane.

    Django's own default takes 100 MB for each sign-in, more than a small node can spare.
    """

    time_cost = 2
    memory_cost = 19 * 1024
    parallelism = 1
