"""Every scalar of a run has one place among the plots, and shares it with its like."""

from hypothesis import given
from hypothesis import strategies as st

from widgets.curve_groups import GROUPS, MOST_LINES, known_groups, other_groups, scalar_words, unit_of

WORDS = st.sampled_from(["Loss", "Losses", "Resources", "gpu", "mem_gb", "sec", "a", "b_ms", "scale_mean"])
KNOWN = st.sampled_from([name for group in GROUPS for name, _ in group.lines])
AT_NUMBER = st.builds("Metrics/{}{}".format, st.sampled_from(["fid", "kid"]), st.integers(8, 50_000))
NAMES = st.one_of(KNOWN, AT_NUMBER, st.lists(WORDS, min_size=1, max_size=3).map("/".join))


@given(st.sets(NAMES, max_size=40))
def test_every_scalar_has_one_place(names: set[str]):
    groups = (*known_groups(names), *other_groups(names))
    shown = [name for group in groups for name, _ in group.lines]
    assert sorted(shown) == sorted(names)
    assert len({group.heading for group in groups}) == len(groups), "that is how ImPlot tells plots apart"
    assert all(0 < len(group.lines) <= MOST_LINES for group in groups)
    for group in other_groups(names):
        assert {unit_of(name) for name, _ in group.lines} == {group.unit}
        assert len({name.partition("/")[0] for name, _ in group.lines}) == 1


def test_what_a_trainer_writes():
    names = [
        "Resources/cpu_mem_gb",
        "Resources/peak_gpu_mem_gb",
        "Anneal/blur_sigma",
        "Anneal/density_noise",
        "Timing/total_sec",
        "Loss/D/reg",
        "Progress/kimg",
        "Progress/start",
        "timestamp",
        "Loss/G/loss",
    ]
    assert [(group.heading, [label for _, label in group.lines]) for group in other_groups(names)] == [
        ("Anneal/blur_sigma [px]", ["blur_sigma"]),
        ("Anneal/density_noise", ["density_noise"]),
        ("Loss/D/reg", ["D/reg"]),
        ("Resources [GB]", ["cpu_mem_gb", "peak_gpu_mem_gb"]),
        ("Timing/total_sec [s]", ["total_sec"]),
    ]
    assert [group.title for group in known_groups(names)] == ["Losses"]
    assert known_groups(names)[0].lines == (("Loss/G/loss", "generator"),)


def test_metrics_have_plots_of_their_own_whatever_their_number():
    names = ["Metrics/fid2000", "Metrics/kid2000", "Metrics/wasserstein_16", "Metrics/wasserstein_64", "Metrics/relief"]
    assert [(group.title, [label for _, label in group.lines]) for group in known_groups(names)] == [
        ("Sliced Wasserstein", ["16 px", "64 px"]),
        ("Relief", ["relief"]),
        ("FID at fewer than 50,000", ["at 2000"]),
        ("KID at fewer than 50,000", ["at 2000"]),
    ]
    assert other_groups(names) == ()


def test_scalars_that_stand_alone_are_called_as_their_plot_and_line():
    names = [name for group in GROUPS for name, _ in group.lines]
    assert len({scalar_words(name) for name in names}) == len(names), "that is how the board finds them again"
    assert scalar_words("Loss/G/loss") == "Losses, generator"
    assert scalar_words("Metrics/frechet_random") == "Fréchet, random features"
    assert scalar_words("Metrics/density") == "Density"
    assert scalar_words("Metrics/fid2048") == "FID at 2048"
    assert scalar_words("Timing/sec_per_kimg") == "Time per kimg [s]"
    assert scalar_words("Somebody/elses") == "Somebody/elses"
