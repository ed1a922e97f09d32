// Volume rendering of a field along one ray (METHOD, Volume rendering).  Needs `vec4 field(vec3 point)`.
//
// The last sample reaches further than the others: mostly to infinity, which makes it an opaque backdrop.  A learned
// white background lives there, so it is always evaluated, and opacity is what the samples before it absorb.  What it
// still lets through is white if the training counted it so.

uniform int u_steps;              // samples along a ray, both ends included
uniform float u_stop;             // leave the loop once less light than this passes; negative: never
uniform int u_backdrop;           // 0: the last sample, as it was learned; 1: a constant colour
uniform vec3 u_backdrop_colour;   // raw colour, [-1, 1]
uniform float u_rest_colour;      // raw colour of light that even the last sample lets through
uniform float u_last_interval;    // how far the last sample reaches; 1e10 makes it an opaque backdrop

// log(1 + exp(x)), exact also far below zero, where 1 + exp(x) rounds to 1.
float softplus(float x) {
    float tail = exp(-abs(x));
    return max(x, 0.0) + (tail < 1e-3 ? tail - 0.5 * tail * tail : log(1.0 + tail));
}

// Raw colour of a ray's end, the last sample: its own colour, and what it lets through.
vec3 ending(vec4 last) {
    float through = exp(-softplus(last.a) * u_last_interval);
    return (1.0 - through) * last.rgb + through * u_rest_colour;
}

// Raw colour and opacity of the ray's segment [range.x, range.y].
vec4 integrate(vec3 eye, vec3 direction, vec2 range) {
    float interval = (range.y - range.x) / float(u_steps - 1);
    vec3 colour = vec3(0.0);
    float passing = 1.0;
    for (int index = 0; index < u_steps - 1; ++index) {
        vec4 value = field(eye + (range.x + interval * float(index)) * direction);
        float through = exp(-softplus(value.a) * interval);
        colour += passing * (1.0 - through) * value.rgb;
        passing *= through;
        if (passing < u_stop) {
            break;
        }
    }
    float opacity = 1.0 - passing;
    if (u_backdrop == 0) {
        colour += passing * ending(field(eye + range.y * direction));
    } else {
        colour += passing * u_backdrop_colour;
    }
    return vec4(colour, opacity);
}
