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
// How many samples from this one on are alike, all in one occupied cell or none near matter; negative if these are
// empty.  `place` counts cells, `pace` is the way between two samples in cells.
int alike_samples(vec3 place, vec3 pace) {
    if (any(lessThan(place, vec3(0.0))) || any(greaterThanEqual(place, vec3(float(u_cells))))) {
        return 1;
    }
    vec3 cell = floor(place);
    float distance = float(texelFetch(u_empty, ivec3(cell), 0).r);
    // All cells nearer than this are empty: the ray may leave the cube that they make.
    float reach = max(distance, 1.0);
    vec3 to_face = mix(place - cell + reach - 1.0, cell + reach - place, step(0.0, pace)) / max(abs(pace), 1e-9);
    int samples = 1 + int(min(min(to_face.x, to_face.y), to_face.z));
    return distance > 0.0 ? -samples : samples;
}
#endif

// Raw colour and opacity of the ray's segment [range.x, range.y].
vec4 integrate(vec3 eye, vec3 direction, vec2 range) {
    float interval = (range.y - range.x) / float(u_steps - 1);
    vec3 colour = vec3(0.0);
    float passing = 1.0;
    int last = u_steps - 1;
#if EXACT
    vec3 start = (0.5 * (eye + range.x * direction) / u_half + 0.5) * float(u_cells);
    vec3 pace = 0.5 * interval * direction / u_half * float(u_cells);
    int occupied = u_cells == 0 ? last : 0;   // samples up to this one are known to count
#endif
    for (int index = 0; index < last; ++index) {
#if EXACT
        // All rays of a group pass over what is empty for them before all evaluate together.
        while (index >= occupied && index < last) {
            int alike = alike_samples(start + float(index) * pace, pace);
            index += max(-alike, 0);
            occupied = alike > 0 ? index + alike : occupied;
        }
        if (index >= last) {
            break;
        }
#endif
        float depth = range.x + interval * float(index);
        vec4 value = field(eye + depth * direction);
        ++evaluated;
        float through = exp(-softplus(value.a) * interval);
        colour += passing * (1.0 - through) * value.rgb;
        reached_depth += passing * (1.0 - through) * depth;
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
