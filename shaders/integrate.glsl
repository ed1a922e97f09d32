// Volume rendering of a field along one ray (METHOD, Volume rendering).  Needs `vec4 field(vec3 point)`.
//
// Part: `summation`, what samples add up to.

uniform int u_steps;              // samples along a ray, both ends included
uniform float u_phase;            // where each sample lies in its part of the ray; 0, its beginning, as in training
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

// What a ray meets.
struct Light {
    vec3 colour;      // raw colour of its samples, each by the light that it absorbs
    float passing;    // light that passes all that absorbs it but a backdrop
    vec3 behind;      // raw colour of where the ray ends
};

int evaluated = 0;                // samples of this ray
float reached_depth = 0.0;        // sum of the depths of its samples, each by the light that it absorbs

// Passes over samples that see nothing.
struct Skipper {
    vec3 start;      // of the samples, in cells of the box
    vec3 pace;       // from one to the next
    int occupied;    // samples up to this one are known to count
};

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

Skipper skipper(vec3 first, vec3 pace) {
    float scale = float(u_cells) / (2.0 * u_half);
    return Skipper(scale * (first + u_half), scale * pace, u_cells == 0 ? u_steps : 0);
}

// The first sample from `index` on that may see something; at least `last` if there is none before.
int next_sample(inout Skipper skipper, int index, int last) {
    // All rays of a group pass over what is empty for them before all evaluate together.
    while (index >= skipper.occupied && index < last) {
        int alike = alike_samples(skipper.start + float(index) * skipper.pace, skipper.pace);
        index += max(-alike, 0);
        skipper.occupied = alike > 0 ? index + alike : skipper.occupied;
    }
    return index;
}

// Whether the last sample is empty and reaches no further than others, so that nobody would see it.
bool ends_in_nothing(Skipper skipper, int last, float interval) {
    if (u_cells == 0 || u_last_interval > interval) {
        return false;
    }
    // It may lie on a face of the box.
    vec3 place = skipper.start + float(last) * skipper.pace;
    vec3 inside = clamp(place, vec3(0.0), vec3(float(u_cells) - 0.5));
    return all(lessThan(abs(place - inside), vec3(1.0))) && texelFetch(u_empty, ivec3(inside), 0).r > 0u;
}
#else
Skipper skipper(vec3 first, vec3 pace) {
    return Skipper(first, pace, 0);
}

bool ends_in_nothing(Skipper skipper, int last, float interval) {
    return false;
}

int next_sample(inout Skipper skipper, int index, int last) {
    return index;
}
#endif

#include <summation>
