// Fine samples where the widened and smoothed weights of coarse intervals are (core/midpoints.py, SmoothedSampler).

// The last middle of a coarse interval that they can lie at, counted from the last sample.
const int MIDDLES_END = 3;
const float WEIGHT_FLOOR = 0.01 + 1e-5;     // fine samples also go where coarse ones have found nothing

// Share of fine samples between two middles: of the interval `here` that lies between two others, by their weights.
float share(float before, float here, float after) {
    return 0.5 * (max(before, here) + max(here, after)) + WEIGHT_FLOOR;
}

// Whether a wanted position lies behind a middle that the distribution reaches.
bool is_behind(float wanted, float reached) {
    return reached <= wanted;
}
