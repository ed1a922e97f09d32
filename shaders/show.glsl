// What a picture shows instead of colour, ready for the screen.  Needs `field`, and what integrate.glsl and box.glsl hold.

uniform int u_show;             // 0: colour, 1: depth, 2: normals, 3: opacity, 4: samples, 5: surface, 6: slice
uniform vec2 u_depth_range;     // shown as the two ends of the ramp, world units along the ray
uniform float u_threshold;      // raw density on the surface
uniform vec4 u_slice;           // normal of the sliced plane, and its distance from the origin, world units
uniform vec2 u_density_range;   // ends of the slice's ramp, densities per world unit; even steps are factors

const int SHOW_COLOUR = 0, SHOW_DEPTH = 1, SHOW_NORMALS = 2, SHOW_OPACITY = 3, SHOW_SURFACE = 5, SHOW_SLICE = 6;
const int BISECTIONS = 6;
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

// Grey as clay in the light of the camera.
vec3 shaded(vec3 normal, vec3 direction) {
    float facing = max(-dot(normal, direction), 0.0);
    float sky = 0.5 + 0.5 * normal.y;
    return vec3(0.86, 0.85, 0.83) * (0.12 + 0.16 * sky + 0.72 * facing);
}

// Where the density first exceeds the threshold, lit; opacity is 1 there.
vec4 surface(vec3 eye, vec3 direction, vec2 range) {
    int last = u_steps - 1;
    float interval = (range.y - range.x) / float(last);
    Skipper skips = skipper(eye + range.x * direction, interval * direction);
    int index = next_sample(skips, 0, last);
    while (index <= last && field(eye + (range.x + interval * float(index)) * direction).a < u_threshold) {
        index = next_sample(skips, index + 1, last);
    }
    if (range.x >= range.y || index > last) {
        return vec4(NOTHING, 0.0);
    }
    float inside = range.x + interval * float(index);
    float outside = max(inside - interval, range.x);
    for (int count = 0; count < BISECTIONS; ++count) {
        float middle = 0.5 * (outside + inside);
        bool beyond = field(eye + middle * direction).a >= u_threshold;
        outside = beyond ? outside : middle;
        inside = beyond ? middle : inside;
    }
    return vec4(shaded(normal_at(eye + inside * direction), direction), 1.0);
}

// The density in a plane that cuts the box.
vec4 slice(vec3 eye, vec3 direction) {
    float slope = dot(u_slice.xyz, direction);
    float depth = (u_slice.w - dot(u_slice.xyz, eye)) / (abs(slope) < 1e-6 ? 1e-6 : slope);
    vec3 place = eye + depth * direction;
    if (depth <= 0.0 || any(greaterThan(abs(place), vec3(1.0001 * u_half)))) {
        return vec4(NOTHING, 0.0);
    }
    float density = max(softplus(field(clamp(place, -u_half, u_half)).a), 1e-9);
    return vec4(ramp(log(density / u_density_range.x) / log(u_density_range.y / u_density_range.x)), 1.0);
}
