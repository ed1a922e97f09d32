// Sigmoids a little wider than [0, 1], so that black and white can be reached, brought to [-1, 1] (core/eg3d.py).

const float WIDTH = 1.002, MARGIN = 0.001;

vec3 integrable(vec3 raw) {
    return 2.0 * (WIDTH / (1.0 + exp(-raw)) - MARGIN) - 1.0;
}
