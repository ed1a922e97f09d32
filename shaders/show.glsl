// What a picture shows instead of colour, ready for the screen.  Needs `field`.

uniform int u_show;          // 0: colour, 1: depth, 2: normals, 3: opacity, 4: samples
uniform vec2 u_depth_range;  // shown as the two ends of the ramp, world units along the ray

const int SHOW_COLOUR = 0, SHOW_DEPTH = 1, SHOW_NORMALS = 2, SHOW_OPACITY = 3;
const vec3 NOTHING = vec3(0.06, 0.065, 0.08);   // where there is no object

// Even steps of lightness, also for people who see few colours: five stops of viridis.
vec3 ramp(float value) {
    const vec3 stops[5] = vec3[5](vec3(0.267, 0.005, 0.329), vec3(0.229, 0.322, 0.546), vec3(0.128, 0.567, 0.551),
                                  vec3(0.369, 0.789, 0.383), vec3(0.993, 0.906, 0.144));
    float place = 4.0 * clamp(value, 0.0, 1.0);
    int low = min(int(place), 3);
    return mix(stops[low], stops[low + 1], place - float(low));
}

// Against the gradient of the density, by central differences.
vec3 normal_at(vec3 point) {
    float reach = u_half / 48.0;
    vec3 gradient;
    for (int axis = 0; axis < 3; ++axis) {
        vec3 aside = vec3(axis == 0 ? reach : 0.0, axis == 1 ? reach : 0.0, axis == 2 ? reach : 0.0);
        gradient[axis] = field(point + aside).a - field(point - aside).a;
    }
    return -gradient / max(length(gradient), 1e-9);
}

// A ray's value: its depth (mean over what absorbs it), opacity, and samples as a part of the most there can be.
vec3 shown_value(vec3 eye, vec3 direction, float depth, float opacity, float samples) {
    if (u_show == SHOW_DEPTH) {
        float far = (depth - u_depth_range.x) / (u_depth_range.y - u_depth_range.x);
        return mix(NOTHING, ramp(1.0 - far), opacity);
    }
    if (u_show == SHOW_NORMALS) {
        return mix(NOTHING, 0.5 * normal_at(eye + depth * direction) + 0.5, opacity);
    }
    return u_show == SHOW_OPACITY ? vec3(opacity) : ramp(samples);
}
