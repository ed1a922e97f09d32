"""Spans of time in words."""


def duration(seconds: float) -> str:
    """A span of time for people, in its one or two largest units: "1 s", "45 s", "12 min", "3 h 20 min", "2.3 days".

    Args:
        seconds: What is shorter than a second counts as one.
    """
    if seconds < 90:
        return f"{max(seconds, 1):.0f} s"
    minutes = round(seconds / 60)
    if minutes < 90:
        return f"{minutes} min"
    hours, minutes = divmod(minutes, 60)
    if hours < 48:
        return f"{hours} h {minutes} min" if minutes else f"{hours} h"
    return f"{seconds / 86_400:.1f} days"
