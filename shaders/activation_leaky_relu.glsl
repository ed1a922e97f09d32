// Between a decoder's layers (core/layers.py).

const float LEAK = 0.2;

vec4 activated(vec4 hidden) {
    return max(hidden, LEAK * hidden);
}
