// Between a decoder's layers (core/eg3d.py).

vec4 activated(vec4 hidden) {
    return max(hidden, 0.0) + log(1.0 + exp(-abs(hidden)));
}
