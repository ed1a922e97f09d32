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
#if EXACT
uniform usampler3D u_empty;       // how far cells of the box are from matter (core/occupancy.py), 0 for occupied ones
uniform int u_cells;              // along an edge of the box; 0: nobody has looked
#endif
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

int evaluated = 0;                // samples of this ray
float reached_depth = 0.0;        // sum of the depths of its samples, each by the light that it absorbs

#if EXACT
// How many samples at this distance from each other see nothing, this one included.
int empty_samples(vec3 point, float interval) {
    vec3 place = 0.5 * point / u_half + 0.5;
    if (u_cells == 0 || any(lessThan(place, vec3(0.0))) || any(greaterThanEqual(place, vec3(1.0)))) {
        return 0;
    }
    uint cells = texelFetch(u_empty, ivec3(place * float(u_cells)), 0).r;
    return cells == 0u ? 0 : 1 + int(float(cells - 1u) * 2.0 * u_half / float(u_cells) / interval);
}
#endif

// Raw colour and opacity of the ray's segment [range.x, range.y].
vec4 integrate(vec3 eye, vec3 direction, vec2 range) {
    float interval = (range.y - range.x) / float(u_steps - 1);
    vec3 colour = vec3(0.0);
    float passing = 1.0;
    for (int index = 0; index < u_steps - 1; ++index) {
        vec3 point = eye + (range.x + interval * float(index)) * direction;
#if EXACT
        int empty = empty_samples(point, interval);
        if (empty > 0) {
            index += empty - 1;
            continue;
        }
#endif
        vec4 value = field(point);
        ++evaluated;
        float through = exp(-softplus(value.a) * interval);
        colour += passing * (1.0 - through) * value.rgb;
        reached_depth += passing * (1.0 - through) * (range.x + interval * float(index));
        passing *= through;
        if (passing < u_stop) {
            break;
        }
    }
    float opacity = 1.0 - passing;
    if (u_backdrop == 0) {
        colour += passing * ending(field(eye + range.y * direction));
        ++evaluated;
    } else {
        colour += passing * u_backdrop_colour;
    }
    return vec4(colour, opacity);
}
