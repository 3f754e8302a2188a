"""Section `limits` of a model: the bounds that alerts about data compare with. Pure."""

from monitor.settings.fields import Duration, Section, Share, setting


class LimitSettings(Section):
    """Each is exported as `fairdrift_limit_seconds` or `fairdrift_limit_ratio`, so that rules need no editing."""

    outcome_age_ms: Duration = setting(
        "Oldest that the newest outcome may be.",
        default="3d",
        why="Survives a weekend without a load.",
        key="outcome_age",
    )
    inference_age_ms: Duration = setting(
        "Oldest that the newest inference may be.",
        default="2h",
        why="Survives a quiet night hour.",
        key="inference_age",
    )
    label_maturity: Share = setting(
        "Lowest share of the labels expected at the same age.",
        default=0.9,
        why="Missing a tenth can move a rate visibly.",
    )
    rejected: Share = setting("Highest share of rejected records.", default=0.01, why="A slip now and then is normal.")
    unpaired: Share = setting(
        "Highest share of outcomes that find no inference.", default=0.05, why="More means that joining is broken."
    )
    unknown: Share = setting(
        "Highest share of unknown values of an attribute.", default=0.2, why="Above it the known are no fair sample."
    )
    explained: Share = setting(
        "Lowest share of flagged people with an explanation.",
        default=0.95,
        why="Leaves room for what is explained later.",
    )
    lag_drain_ms: Duration = setting(
        "Longest time in which a growing lag may be worked off.",
        default="30m",
        why="Twice a usual restart.",
        key="lag_drain",
    )
    heartbeat_ms: Duration = setting(
        "Longest time between two beats of a stage.",
        default="2m",
        why="Stages beat about once a second.",
        key="heartbeat",
    )
    commit_age_ms: Duration = setting(
        "Longest time between two commits of a partition.", default="5m", why="Each poll commits.", key="commit_age"
    )
