"""What settings are called on the board: as in the Studio's form, where it has them."""

from __future__ import annotations

from functools import cache


def setting_words(name: str) -> str:
    """Group and label of the form, as "Discriminator: Kind".

    Args:
        name: Dotted; one that is none of our settings, as those of other programs, stays as it is.
    """
    return _form_words().get(name, name)


@cache
def _form_words() -> dict[str, str]:
    from training.setting_schema import setting_groups  # the whole configuration: not before it is needed

    return {
        setting.name: f"{group.title}: {setting.label}" if group.name else setting.label
        for group in setting_groups()
        for setting in group.settings
    }
