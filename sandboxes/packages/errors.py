"""Why a list of packages stays as it is."""


class Unusable(Exception):
    """The file that lists the packages cannot be read or changed; the words are for a person."""


class BadPackage(Exception):
    """What was given is no name of a package, or no version of one; the words are for a person."""
