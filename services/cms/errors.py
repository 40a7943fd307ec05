"""Refusals of cms."""

from libs.errors import Conflict, Invalid, NotFound


class NothingPublished(NotFound):
    """Nothing is published there, neither in the language asked for nor in the default one."""

    code = "cms.nothing_published"


class VersionNotFound(NotFound):
    """There is no such version."""

    code = "cms.version_not_found"


class NotADraft(Conflict):
    """Only a draft can be edited: what has been public stays as it was."""

    code = "cms.not_a_draft"


class NotPending(Conflict):
    """Only a draft or a scheduled version can be published or scheduled."""

    code = "cms.not_pending"


class NotScheduled(Conflict):
    """The version waits for no time."""

    code = "cms.not_scheduled"


class NeverPublished(Conflict):
    """Only to a version that has been public and no longer is can one go back."""

    code = "cms.not_a_former_version"


class AlreadyHistory(Conflict):
    """The version was replaced or archived before."""

    code = "cms.already_history"


class PublishTimeRefused(Invalid):
    """The time to publish has passed, or is too far away."""

    code = "cms.publish_time_refused"


class SlugRefused(Invalid):
    """Pages have a slug, and nothing else has."""

    code = "cms.slug_refused"


class OtherKind(Invalid):
    """A version stays of its kind."""

    code = "cms.other_kind"


class ContentTooLarge(Invalid):
    """All blocks together are more than one document may hold."""

    code = "cms.content_too_large"
