// Fine samples where coarse ones absorb light (core/volume.py, fine_depths).

// The last middle of a coarse interval that they can lie at, counted from the last sample.
const int MIDDLES_END = 2;
const float WEIGHT_FLOOR = 2e-5;     // so that the distribution is never zero

// Share of fine samples between two middles: of the interval `here` that lies between two others, by their weights.
float share(float before, float here, float after) {
    return here + WEIGHT_FLOOR;
}

// Whether a wanted position lies behind a middle that the distribution reaches.
bool is_behind(float wanted, float reached) {
    return reached < wanted;
}
