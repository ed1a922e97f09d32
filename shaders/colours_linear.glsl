// Colours as a decoder's second layer gives them (core/triplane.py).

vec3 integrable(vec3 raw) {
    return raw;
}
